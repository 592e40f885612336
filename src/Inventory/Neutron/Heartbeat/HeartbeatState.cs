namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>What the reporting is doing.</summary>
public enum HeartbeatPhase
{
    /// <summary>Not begun, or ended because it was asked to.</summary>
    Idle,

    /// <summary>Has not reported yet, and nothing has failed so far.</summary>
    Connecting,

    /// <summary>The last report was made.</summary>
    Reporting,

    /// <summary>The last attempt failed; further ones follow.</summary>
    Failing,

    /// <summary>Given up for good: the bus cannot be spoken to, or this Neutron takes no reports.</summary>
    Off,
}

/// <summary>The reporting as status pages show it.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Broker">The broker connected to, as <c>host:port</c>; null while there is none.</param>
/// <param name="LastReport">When a report was last made, null for never.</param>
/// <param name="Standing">What Neutron answered to the first report (<c>new</c>, <c>alive</c>, <c>revived</c>); null before.</param>
/// <param name="Problem">Why it fails or is off, null while it does not; holds no secret.</param>
public sealed record HeartbeatState(HeartbeatPhase Phase, string? Broker, DateTimeOffset? LastReport, string? Standing, string? Problem)
{
    internal static HeartbeatState Initial { get; } = new(HeartbeatPhase.Idle, null, null, null, null);
}
