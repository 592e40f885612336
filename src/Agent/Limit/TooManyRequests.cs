using Firstlight.Agent.Forward;

namespace Firstlight.Agent.Limit;

/// <summary>The answer beyond a limit: the one haproxy gives, for guests and tools that know it. <c>Cache-Control: no-cache</c> belongs to it.</summary>
internal static class TooManyRequests
{
    private static readonly byte[] Page =
        "<html><body><h1>429 Too Many Requests</h1>\nYou have sent too many requests in a given amount of time.\n</body></html>\n"u8.ToArray();

    /// <summary>429.</summary>
    public static GuestAnswer Answer(string method) =>
        new(429, "text/html", method == "HEAD" ? default(ReadOnlyMemory<byte>) : Page, Page.Length, GuestOutcome.Limited);
}
