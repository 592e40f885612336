using System.Diagnostics.Metrics;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>What is counted of the directory; names after OpenTelemetry's conventions.</summary>
internal static class DirectoryMetrics
{
    private static readonly Meter Meter = new("Firstlight.Inventory");

    private static readonly Counter<long> Lookups = Meter.CreateCounter<long>(
        "firstlight.inventory.port_lookups", "{lookup}", "Lookups of the port that asks, by outcome (found, unknown, ambiguous, unavailable).");

    private static readonly Counter<long> Memory = Meter.CreateCounter<long>(
        "firstlight.inventory.neutron.memory", "{lookup}", "Lookups of ports of Neutron, by whether memory had the answer (hit, miss).");

    private static readonly Histogram<double> Requests = Meter.CreateHistogram<double>(
        "firstlight.inventory.neutron.request.duration", "s", "Duration of requests to Neutron with their pages, by what is asked for (network, router, ports) and outcome (ok, failed).");

    private static readonly KeyValuePair<string, object?> FoundTag = new("outcome", "found");
    private static readonly KeyValuePair<string, object?> UnknownTag = new("outcome", "unknown");
    private static readonly KeyValuePair<string, object?> AmbiguousTag = new("outcome", "ambiguous");
    private static readonly KeyValuePair<string, object?> UnavailableTag = new("outcome", "unavailable");
    private static readonly KeyValuePair<string, object?> HitTag = new("result", "hit");
    private static readonly KeyValuePair<string, object?> MissTag = new("result", "miss");

    public static void Hit()
    {
        Memory.Add(1, HitTag);
        Lookups.Add(1, FoundTag);
    }

    public static void Missed() => Memory.Add(1, MissTag);

    public static void Ended(PortOutcome outcome) => Lookups.Add(1, outcome switch
    {
        PortOutcome.Found => FoundTag,
        PortOutcome.Ambiguous => AmbiguousTag,
        _ => UnknownTag,
    });

    public static void Unavailable() => Lookups.Add(1, UnavailableTag);

    public static void Asked(RequestKind kind, bool succeeded, TimeSpan duration) => Requests.Record(
        duration.TotalSeconds,
        new("what", kind switch { RequestKind.Network => "network", RequestKind.Router => "router", _ => "ports" }),
        new("outcome", succeeded ? "ok" : "failed"));
}
