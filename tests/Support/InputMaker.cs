using System.Text;

namespace Firstlight.Tests.Support;

/// <summary>Makes inputs for the two engines: requests as clients send them, and what becomes of them in careless or evil hands. One number makes the same inputs again.</summary>
/// <param name="seed">The number.</param>
/// <param name="corpus">Whole requests, of which some come as they are.</param>
/// <param name="usual">Fields that few requests are without.</param>
internal sealed class InputMaker(int seed, IReadOnlyList<byte[]> corpus, params string[] usual)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get", "CONNECT", "TRACE", "GETX", ""];

    private static readonly string[] Targets =
    [
        "/openstack", "/openstack/", "/openstack/latest", "/openstack/latest/", "/openstack/latest/meta_data.json", "/openstack/latest/network_data.json",
        "/openstack/latest/user_data", "/openstack/latest/vendor_data.json", "/openstack/latest/vendor_data2.json", "/openstack/latest/password", "/latest",
        "/latest/meta-data/", "/latest/meta-data/instance-id", "/latest/meta-data/hostname", "/latest/meta-data/public-keys/", "/latest/user-data", "/ec2/latest/meta-data/ami-id",
        "/2009-04-04/meta-data/local-ipv4", "/openstack/2018-08-27/meta_data.json", "/", "/x", "/openstack?x=1", "/openstack/latest/../latest/user_data", "/openstack%2flatest",
        "//openstack", "/openstack/latest/meta_data.json/", "/openstack/%00", "/openstack#a", "*", "http://169.254.169.254/openstack", "openstack", "169.254.169.254:80", "", "/\u00e9",
        "/openstack\t", "/OPENSTACK",
    ];

    private static readonly string[] Versions =
        ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/1.1 ", "HTTP/11", ""];

    private static readonly string[] Hosts =
    [
        "Host: 169.254.169.254", "Host: 169.254.169.254", "Host: 169.254.169.254:80", "Host: m", "host: metadata.google.internal", "Host: [fe80::a9fe:a9fe]", "HOST: m",
        "Host: [fe80::a9fe:a9fe]:80", "Host:", "Host: ", "Host: a b", "Host: a/b", "Host: a:b", "Host: :80", "Host: [fe80::1%eth0]", "Host : m", "Host: m:123456", "Host: m:", "Host: a_b",
        "Host: [::]]", "Host: []", "Host: m\r\nHost: m", "Host: m,n", "Host: \u00e9", "Host:m", "Host:\tm\t ", "Host: [1]", "Host: a..b", "Host: -", "Host: m:0", "",
    ];

    private static readonly string[] Fields =
    [
        "Connection: close", "Connection: close", "Connection: close", "Connection: keep-alive", "connection: Close", "Connection: Keep-Alive", "Connection: close, keep-alive",
        "Connection: upgrade", "Connection:", "Connection: clos", "Connection: keep-alive\r\nConnection: close", "Connection: close\t", "Accept: */*", "Accept: */*", "Accept: text/html",
        "Accept: application/json", "Accept:", "accept: */*", "Accept: */*, text/html", "Accept: text/plain;q=0.5", "Accept: */*\r\nAccept: */*", "User-Agent: curl/7.88.1",
        "User-Agent: Cloud-Init/22.4.2", "User-Agent: \u00fc", "Accept-Encoding: gzip, deflate", "Content-Length: 0", "Content-Length: 3", "Content-Length: -1", "Content-Length: a",
        "Content-Length: 3\r\nContent-Length: 3", "Content-Length: 70000", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked\r\nContent-Length: 3", "Expect: 100-continue",
        "Expect: x", "Upgrade: h2c", "Upgrade: websocket\r\nConnection: Upgrade", "HTTP2-Settings: AAMAAABkAAQAAP__", "TE: trailers", "Trailer: X", "Cookie: a=b", "X-Forwarded-For: 10.0.0.1",
        "X-Instance-ID: other", "X_Y: 1", "X: \u0001", "X: a\rb", "X: a\nb", "X:", ":x", " X: folded", "X Y: 1", "X", "X: \0", "X\0: a", "X: a\u007fb", "X: \tb", "Keep-Alive: timeout=5", "Date: x",
        "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "Range: bytes=0-3", "Authorization: Basic eDp5", "Metadata-Flavor: Google", "X-aws-ec2-metadata-token: abc", "Proxy-Connection: close",
        "X_Instance_ID: other", "X-Instance-ID:", "X-Instance-ID: a\r\nX-Instance-ID: b", "X-Tenant-ID: other", "X-Tenant-ID: ", "X-Instance-ID-Signature: 0", "X-Metadata-Provider: p",
        "X-Metadata-Provider:", "X-OpenStack-Request-ID: req-1", "X-Forwarded-For:", "X-Forwarded-For: \u00fc", "Forwarded: for=10.0.0.1", "X-INSTANCE-ID: other", "User-Agent:",
    ];

    private static readonly string[] Common = ["Accept: */*", "User-Agent: curl/7.88.1", "Accept-Encoding: gzip", "Cookie: a=b"];

    private static readonly string[] Bodies = ["", "", "", "", "", "abc", "3\r\nabc\r\n0\r\n\r\n", "\r\n", "\n", " ", "0\r\n\r\n", "abcGET /openstack HTTP/1.1\r\nHost: m\r\n\r\n"];

    private static readonly string[] Morsels =
        ["\r", "\n", "\r\n", "\r\n\r\n", "\n\n", ":", " ", "\t", "\0", "%", "%00", "/", "..", "\u007f", "\u0080", "\u00ff", "close", "HTTP/1.1", "GET ", "Host: x\r\n", "Content-Length: 1\r\n", "?", "#", ",", "[", "]", "*/*"];

    // What both engines must agree on at the end: whether anybody still listens.
    private static readonly byte[] Probe = "GET /openstack HTTP/1.1\r\nHost: probe\r\n\r\n"u8.ToArray();

    private readonly Random _random = new(seed);

    /// <summary>The next input, in the pieces it arrives in; the last one is a plain request.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Next()
    {
        var input = new List<byte>();
        var requests = _random.Next(4) == 0 ? _random.Next(2, 6) : _random.Next(60) == 0 ? 12 : 1;
        for (var i = 0; i < requests; i++) input.AddRange(corpus.Count > 0 && _random.Next(8) == 0 ? corpus[_random.Next(corpus.Count)] : Request());
        for (var left = _random.Next(4) == 0 ? _random.Next(1, 4) : 0; left > 0 && input.Count > 0; left--) Mutate(input);
        return [.. Cut(input.ToArray()).Where(static piece => !piece.IsEmpty), Probe];
    }

    private byte[] Request()
    {
        var text = new StringBuilder();
        var isOdd = _random.Next(6) == 0;
        text.Append(isOdd ? One(Methods) : _random.Next(5) == 0 ? "HEAD" : "GET").Append(_random.Next(200) == 0 ? "  " : " ");
        text.Append(isOdd ? One(Targets) : Targets[_random.Next(19)]).Append(' ').Append(isOdd ? One(Versions) : "HTTP/1.1").Append("\r\n");
        var lines = new List<string> { isOdd ? One(Hosts) : Hosts[_random.Next(8)] };
        for (var left = _random.Next(isOdd ? 6 : usual.Length > 0 ? 2 : 4); left > 0; left--) lines.Add(isOdd ? One(Fields) : One(Common));
        lines.AddRange(usual.Where(_ => _random.Next(isOdd ? 5 : 40) > 0));
        if (_random.Next(3) == 0) lines.Add("Connection: close");
        if (_random.Next(500) == 0) lines.Add($"X-Long: {new string('x', _random.Next(12_000))}");
        if (_random.Next(500) == 0) lines.AddRange(Enumerable.Range(0, _random.Next(130)).Select(static i => $"X-{i}: 1"));
        foreach (var line in lines.Where(static line => line.Length > 0).OrderBy(_ => _random.Next())) text.Append(line).Append(_random.Next(400) == 0 ? "\n" : "\r\n");
        text.Append("\r\n");
        if (isOdd) text.Append(One(Bodies));
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private void Mutate(List<byte> input)
    {
        var at = _random.Next(input.Count);
        switch (_random.Next(7))
        {
            case 0: input[at] = (byte)_random.Next(256); break;
            case 1: input[at] ^= (byte)(1 << _random.Next(8)); break;
            case 2: input.RemoveRange(at, Math.Min(_random.Next(1, 4), input.Count - at)); break;
            case 3: input.InsertRange(at, Encoding.Latin1.GetBytes(One(Morsels))); break;
            case 4: input.InsertRange(at, input.GetRange(at, Math.Min(_random.Next(1, 40), input.Count - at))); break;
            case 5: input.RemoveRange(at, input.Count - at); break;
            default: (input[at], input[_random.Next(input.Count)]) = (input[_random.Next(input.Count)], input[at]); break;
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> input)
    {
        var kind = _random.Next(20);
        if (kind == 0 && input.Length < 400) return Enumerable.Range(0, input.Length).Select(i => input.Slice(i, 1));
        if (kind > 3 || input.Length < 2) return [input];
        var cuts = Enumerable.Range(0, kind).Select(_ => _random.Next(input.Length)).Append(0).Append(input.Length).Order().ToList();
        return cuts.Zip(cuts.Skip(1), (from, to) => input[from..to]);
    }

    private T One<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
