using System.Diagnostics.Metrics;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>Attempts to report, by outcome: <c>reported</c>, <c>failed</c>, <c>refused</c>.</summary>
internal static class HeartbeatMetrics
{
    private static readonly Meter Meter = new("Firstlight.Inventory");

    private static readonly Counter<long> Heartbeats = Meter.CreateCounter<long>(
        "firstlight.inventory.heartbeats", "{report}", "Reports of the metadata agent to Neutron, by outcome (reported, failed, refused).");

    public static void Count(string outcome) => Heartbeats.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
