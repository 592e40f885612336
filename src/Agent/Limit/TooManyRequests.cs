using System.Collections.Immutable;
using Firstlight.Agent.Forward;

namespace Firstlight.Agent.Limit;

/// <summary>The answer beyond a limit: the one haproxy gives, for guests and tools that know it.</summary>
internal static class TooManyRequests
{
    private static readonly byte[] Page =
        "<html><body><h1>429 Too Many Requests</h1>\nYou have sent too many requests in a given amount of time.\n</body></html>\n"u8.ToArray();

    private static readonly ImmutableArray<KeyValuePair<string, string>> Headers = [new("Cache-Control", "no-cache")];

    /// <summary>429.</summary>
    public static GuestAnswer Answer(string method) =>
        new(429, "text/html", method == "HEAD" ? default(ReadOnlyMemory<byte>) : Page, Page.Length, GuestOutcome.Limited) { Headers = Headers };
}
