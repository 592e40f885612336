namespace Firstlight.Agent.Guests;

/// <summary>What the guest of a connection too many is told before that is closed: to come back in a second.</summary>
internal static class TooManyConnections
{
    /// <summary>An answer to any request, whether it was read or not: without a body it fits HEAD as well.</summary>
    public static ReadOnlySpan<byte> Answer =>
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 1\r\n\r\n"u8;
}
