using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Firstlight.Tests.Support;

/// <summary>One recorded request and what Nova or Neutron answered, or a wait. Linked into test projects as source.</summary>
internal sealed partial record GoldenCase(JsonElement Json)
{
    public string Id => Json.GetProperty("id").GetString()!;

    /// <summary>Seconds to let pass instead of a request.</summary>
    public double? Wait => Json.TryGetProperty("wait", out var wait) ? wait.GetDouble() : null;

    private JsonElement Request => Json.GetProperty("request");

    private JsonElement Response => Json.GetProperty("response");

    /// <summary>Name of the recorded instance that asks, null where there is none.</summary>
    public string? Instance => Json.TryGetProperty("instance", out var instance) ? instance.GetString() : null;

    public string Method => Request.GetProperty("method").GetString()!;

    public string Target => Request.GetProperty("target").GetString()!;

    public int Status => Response.GetProperty("status").GetInt32();

    /// <summary>The recorded body, random values masked.</summary>
    public byte[] Body => Bytes(Response.GetProperty("body"));

    /// <summary>Statuses that are as good as the recorded one; the recording says why.</summary>
    public IEnumerable<int> AcceptedStatuses =>
        Json.TryGetProperty("accept_status", out var statuses) ? statuses.EnumerateArray().Select(status => status.GetInt32()) : [];

    public string? ResponseHeader(string name) =>
        Headers(Response).Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();

    public static IEnumerable<GoldenCase> ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        return [.. JsonDocument.Parse(file).RootElement.GetProperty("cases").EnumerateArray().Select(json => new GoldenCase(json))];
    }

    /// <summary>Sends it as recorded.</summary>
    /// <param name="server">TCP or UNIX.</param>
    public Task<RawResponse> SendAsync(EndPoint server) => RawHttp.SendAsync(server, RequestBytes);

    /// <summary>The recorded request.</summary>
    public byte[] RequestBytes => RawHttp.Request(
        Method,
        Target,
        Headers(Request),
        Request.TryGetProperty("body", out var body) ? Bytes(body) : null,
        Request.TryGetProperty("chunked", out var chunked) && chunked.GetBoolean(),
        Request.TryGetProperty("version", out var version) ? version.GetString()! : "HTTP/1.1");

    /// <summary>Names each difference between the recorded response and another; Debian's uwsgi sends no length.</summary>
    public IEnumerable<string> Differences(RawResponse actual, bool underUwsgi)
    {
        if (actual.Status != Status)
        {
            yield return $"status {actual.Status}, recorded {Status}";
            yield break;
        }

        foreach (var name in underUwsgi ? (string[])["Content-Type"] : ["Content-Type", "Content-Length"])
        {
            var expected = ResponseHeader(name);
            if (actual[name] != expected) yield return $"{name} '{actual[name]}', recorded '{expected}'";
        }

        if (actual["Date"] is null) yield return "no Date";
        if (actual["Server"] is { } server) yield return $"Server {server}";

        var body = Mask(actual.Text);
        var isBytes = Response.GetProperty("body").TryGetProperty("base64", out _);
        var expectedBytes = Body;
        if (isBytes ? !actual.Body.AsSpan().SequenceEqual(expectedBytes) : body != Encoding.UTF8.GetString(expectedBytes))
            yield return $"body\n  {body}\n  recorded\n  {Encoding.UTF8.GetString(expectedBytes)}";
    }

    private string Mask(string body) =>
        Response.TryGetProperty("mask", out _)
            ? RandomSeed().Replace(body, match => $"\"random_seed\": \"<masked:{match.Groups["seed"].Length}>\"")
            : body;

    private static IEnumerable<(string Name, string Value)> Headers(JsonElement message) =>
        message.GetProperty("headers").EnumerateArray().Select(header => (header[0].GetString()!, header[1].GetString()!));

    private static byte[] Bytes(JsonElement body)
    {
        if (body.TryGetProperty("text", out var text)) return Encoding.UTF8.GetBytes(text.GetString()!);
        if (body.TryGetProperty("base64", out var base64)) return base64.GetBytesFromBase64();
        return [.. Enumerable.Repeat((byte)body.GetProperty("repeat").GetString()![0], body.GetProperty("length").GetInt32())];
    }

    [GeneratedRegex("\"random_seed\": \"(?<seed>[A-Za-z0-9+/=]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RandomSeed();
}
