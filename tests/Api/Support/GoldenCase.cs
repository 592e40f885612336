using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Firstlight.Api.Tests.Support;

/// <summary>One recorded request and what Nova answered, or a wait.</summary>
internal sealed partial record GoldenCase(JsonElement Json)
{
    public string Id => Json.GetProperty("id").GetString()!;

    /// <summary>Seconds to let pass instead of a request.</summary>
    public double? Wait => Json.TryGetProperty("wait", out var wait) ? wait.GetDouble() : null;

    private JsonElement Request => Json.GetProperty("request");

    private JsonElement Response => Json.GetProperty("response");

    /// <summary>Name of the recorded instance that asks, null where there is none.</summary>
    public string? Instance => Json.TryGetProperty("instance", out var instance) ? instance.GetString() : null;

    public static IEnumerable<GoldenCase> ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        return [.. JsonDocument.Parse(file).RootElement.GetProperty("cases").EnumerateArray().Select(json => new GoldenCase(json))];
    }

    public Task<RawResponse> SendAsync(IPEndPoint server) => RawHttp.SendAsync(
        server,
        Request.GetProperty("method").GetString()!,
        Request.GetProperty("target").GetString()!,
        Headers(Request),
        Request.TryGetProperty("body", out var body) ? Bytes(body) : null,
        Request.TryGetProperty("chunked", out var chunked) && chunked.GetBoolean());

    /// <summary>Names each difference between the recorded response and another; Debian's uwsgi sends no length.</summary>
    public IEnumerable<string> Differences(RawResponse actual, bool underUwsgi)
    {
        var status = Response.GetProperty("status").GetInt32();
        if (actual.Status != status)
        {
            yield return $"status {actual.Status}, recorded {status}";
            yield break;
        }

        var recorded = Headers(Response).ToList();
        foreach (var name in underUwsgi ? (string[])["Content-Type"] : ["Content-Type", "Content-Length"])
        {
            var expected = recorded.Where(header => header.Name == name).Select(header => header.Value).SingleOrDefault();
            if (actual[name] != expected) yield return $"{name} '{actual[name]}', recorded '{expected}'";
        }

        if (actual["Date"] is null) yield return "no Date";
        if (actual["Server"] is { } server) yield return $"Server {server}";

        var body = Mask(actual.Text);
        var isBytes = Response.GetProperty("body").TryGetProperty("base64", out _);
        var expectedBytes = Bytes(Response.GetProperty("body"));
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
