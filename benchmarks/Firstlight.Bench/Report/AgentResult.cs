using System.Text.Json.Serialization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.OpenStack;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>agent</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>agent</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How much was asked.</param>
/// <param name="Measures">Ways of asking; each has the peers it was put to, the real one first.</param>
/// <param name="Networks">What many networks cost.</param>
/// <param name="Storms">Guests that boot at once.</param>
internal sealed record AgentResult(
    string Scenario, DateTimeOffset Finished, Host Host, AgentSettings Settings, IReadOnlyList<AgentMeasure> Measures, NetworksResult Networks, IReadOnlyList<StormResult> Storms)
    : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds);
}

/// <summary>How it was measured.</summary>
/// <param name="Rounds">Rounds; in each, every peer is measured once in each way.</param>
/// <param name="Connections">Connections at a time, a new one for each request.</param>
/// <param name="KeptConnections">Connections that stay open.</param>
/// <param name="BodyBytes">Length of the document.</param>
/// <param name="IdleMillisecondsPerSecond">Processor time that the shared parts use while nobody asks; taken off.</param>
internal sealed record AgentSettings(int Rounds, int Connections, int KeptConnections, int BodyBytes, double IdleMillisecondsPerSecond);

/// <summary>One way of asking, and how each peer did.</summary>
internal sealed record AgentMeasure(string Name, string What, int Seconds, IReadOnlyList<PeerResult> Peers)
{
    /// <summary>Each with something of ours over each that is all real.</summary>
    public IReadOnlyList<AgentRatio> Ratios => [.. Peers.Where(p => !IsReal(p)).SelectMany(p => Peers.Where(IsReal).Select(real => AgentRatio.Of(p, real)))];

    private static bool IsReal(PeerResult peer) => peer.Name is MetadataPaths.Real or MetadataPaths.RealCached;
}

/// <summary>One peer over the real way, within the same rounds.</summary>
/// <param name="All">All parts.</param>
/// <param name="HostPart">haproxy and agent alone.</param>
internal sealed record AgentRatio(string One, string Other, Ratio All, Spread HostPart)
{
    public static AgentRatio Of(PeerResult one, PeerResult other) => new(
        one.Name, other.Name, Ratio.Of(one, other), Spread.Of(one.Rounds.Zip(other.Rounds).Select(p => p.First.HostMicroseconds() / p.Second.HostMicroseconds())));
}

/// <summary>Memory and time of many networks on a host that has nothing else.</summary>
/// <param name="Networks">How many.</param>
/// <param name="AgentOneKiB">Our agent listening in one namespace.</param>
/// <param name="AgentAllKiB">In all of them.</param>
/// <param name="HaproxyOneKiB">One haproxy.</param>
/// <param name="HaproxyAllKiB">One in each.</param>
/// <param name="AgentListenerMs">Time for a listener when an agent starts where all are: from the first namespace found to the last listener.</param>
/// <param name="AgentListenerCpuMs">Processor time that such a start takes beyond one with a single namespace, for each.</param>
/// <param name="HaproxyListenerMs">Time to start a haproxy until it listens.</param>
/// <param name="AgentNewNetworkMs">From a namespace's name to the listener in it, while the agent runs.</param>
internal sealed record NetworksResult(
    int Networks, long AgentOneKiB, long AgentAllKiB, long HaproxyOneKiB, long HaproxyAllKiB,
    double AgentListenerMs, double AgentListenerCpuMs, Spread HaproxyListenerMs, Spread AgentNewNetworkMs);

/// <summary>A storm of booting guests.</summary>
/// <param name="Name">Whom they asked.</param>
/// <param name="What">The same at length.</param>
/// <param name="Counts">One for each repetition.</param>
internal sealed record StormResult(string Name, string What, IReadOnlyList<StormCount> Counts);

/// <summary>What the parts on the way used.</summary>
internal static class PartTimes
{
    /// <summary>Time of a part per request; 0 where it is not on the way.</summary>
    public static double Microseconds(this Round round, PartKind kind) => round.PartMicrosecondsPerRequest?.GetValueOrDefault(kind) ?? 0;

    /// <summary>Time of what runs on the guest's host, per request.</summary>
    public static double HostMicroseconds(this Round round) => round.Microseconds(PartKind.Proxy) + round.Microseconds(PartKind.Agent);
}
