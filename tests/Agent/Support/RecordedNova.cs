using System.Text;
using System.Text.RegularExpressions;
using Firstlight.Metadata.Documents;
using Firstlight.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Firstlight.Agent.Tests.Support;

/// <summary>The upstreams of the recordings.</summary>
internal static partial class RecordedNova
{
    // The agent's page for an error of Nova's is told from that for its own by one byte of length.
    private const string RemoteErrorLength = "206";

    /// <summary>Repeats what it was sent as Python's <c>json.dumps</c> writes it; <c>/status/NNN</c> answers NNN. Behind the cases of <c>agent-fake</c>.</summary>
    public static async Task RepeatAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        // Python's server makes one slash of several at the beginning.
        if (target.StartsWith("//", StringComparison.Ordinal)) target = "/" + target.TrimStart('/');
        var (status, contentType, body) = (200, "application/json", Array.Empty<byte>());
        if (target.StartsWith("/status/", StringComparison.Ordinal))
        {
            status = int.Parse(target["/status/".Length..]);
            (contentType, body) = ("text/x-upstream; charset=latin-1", Encoding.ASCII.GetBytes($"upstream says {status}"));
        }
        else if (target.StartsWith("/binary", StringComparison.Ordinal))
        {
            (contentType, body) = ("application/octet-stream", [.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        }
        else if (target.StartsWith("/empty", StringComparison.Ordinal))
        {
            contentType = "text/plain";
        }
        else
        {
            body = Describe(context, target);
        }

        if (status is >= 300 and < 400) context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
        await WriteAsync(context, status, contentType, body);
    }

    /// <summary>The Nova that must have been behind a recorded case: it gave the document, or failed in its own words.</summary>
    public static Func<HttpContext, Task> Behind(GoldenCase recorded) => context => recorded.Status switch
    {
        200 => WriteAsync(context, 200, recorded.ResponseHeader("Content-Type")!, Unmask(recorded.Body)),
        500 when recorded.ResponseHeader("Content-Length") == RemoteErrorLength => WriteAsync(context, 500, "text/plain", []),
        // Nova's CORS filter answers OPTIONS of a missing path without a type, which that agent cannot pass on.
        500 => Task.CompletedTask,
        _ => WriteAsync(context, recorded.Status, "text/plain", "in Nova's own words"u8.ToArray()),
    };

    private static byte[] Describe(HttpContext context, string target)
    {
        using var received = new MemoryStream();
        context.Request.Body.CopyTo(received);
        var json = new PythonJson();
        json.StartObject();
        json.Member("body", Encoding.Latin1.GetString(received.ToArray()));
        json.Key("headers");
        json.StartObject();
        // The request id of our logs is an addition: Neutron's agent of that time sent none.
        foreach (var (name, value) in context.Request.Headers.Where(IsListed).OrderBy(header => header.Key.ToLowerInvariant(), StringComparer.Ordinal))
            json.Member(name.ToLowerInvariant(), value.ToString());
        json.EndObject();
        json.Member("method", context.Request.Method);
        json.Member("path", target);
        json.EndObject();
        return json.ToArray();
    }

    private static bool IsListed(KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues> header) =>
        (header.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("X-OpenStack-Request-ID", StringComparison.OrdinalIgnoreCase))
        || header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)
        || header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase);

    private static async Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.Headers["X-Upstream"] = "kept?";
        if (status is 204 or 304) return;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body);
    }

    private static byte[] Unmask(byte[] body) => Encoding.UTF8.GetString(body) is var text && Masked().IsMatch(text)
        ? Encoding.UTF8.GetBytes(Masked().Replace(text, match => new string('A', int.Parse(match.Groups["length"].Value))))
        : body;

    [GeneratedRegex("<masked:(?<length>[0-9]+)>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Masked();
}
