namespace Firstlight.Agent.Listeners;

/// <summary>What is known of a connection that was looked at before Kestrel gets it.</summary>
/// <param name="Received">What was received and not answered: Kestrel reads it first. Empty for nothing.</param>
/// <param name="IsCounted">Whether the rate limiter has counted the first request of it.</param>
internal readonly record struct Replay(byte[] Received, bool IsCounted)
{
    /// <summary>Nothing: a new connection.</summary>
    public static Replay None => new([], IsCounted: false);
}
