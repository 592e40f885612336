using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;

namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>The headers of an answer that go on to the guest: all but those of one connection (RFC 9110 §7.6.1) and those our server writes itself.</summary>
internal static class AnswerHeaders
{
    private static readonly HashSet<string> Left = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Type", "Content-Length", "Date",
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>Reads them as sent, repeated ones repeated.</summary>
    /// <returns>The default value, for which nothing is allocated, where there is none.</returns>
    public static ImmutableArray<KeyValuePair<string, string>> Of(HttpResponseMessage response)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder? found = null;
        Add(response.Headers.NonValidated, response, ref found);
        Add(response.Content.Headers.NonValidated, response, ref found);
        return found?.ToImmutable() ?? default;
    }

    /// <summary>The media type as sent, unless it could not be sent on.</summary>
    public static string? ContentType(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) && values.ToString() is var text && CanBeSent(text) ? text : null;

    private static void Add(HttpHeadersNonValidated headers, HttpResponseMessage response, ref ImmutableArray<KeyValuePair<string, string>>.Builder? found)
    {
        foreach (var (name, values) in headers)
        {
            if (Left.Contains(name) || IsOfTheConnection(name, response)) continue;
            found ??= ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
            foreach (var value in values) found.Add(new(name, value));
        }
    }

    private static bool IsOfTheConnection(string name, HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Connection", out var lines)) return false;
        foreach (var line in lines)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                if (line.AsSpan(part).Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
            }
        }

        return false;
    }

    private static bool CanBeSent(string text) => Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Contains('\x7f', StringComparison.Ordinal);
}
