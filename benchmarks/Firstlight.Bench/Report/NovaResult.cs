using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>nova</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>nova</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How much was asked.</param>
/// <param name="Measures">What was measured.</param>
internal sealed record NovaResult(string Scenario, DateTimeOffset Finished, Host Host, NovaSettings Settings, IReadOnlyList<NovaMeasure> Measures) : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds);
}

/// <summary>How it was measured.</summary>
/// <param name="Rounds">Rounds; in each, every peer is measured once in each way.</param>
/// <param name="Seconds">Length of one keep-alive measurement.</param>
/// <param name="Connections">Connections of the keep-alive measurement.</param>
/// <param name="BodyBytes">Length of the document.</param>
internal sealed record NovaSettings(int Rounds, int Seconds, int Connections, int BodyBytes);

/// <summary>One way of asking, and how each peer did.</summary>
/// <param name="Name">Short name.</param>
/// <param name="What">What was asked.</param>
/// <param name="Budget">The most that ours may cost of what the real service costs, in CPU a request; null where nothing is promised.</param>
/// <param name="Peers">Ours first.</param>
internal sealed record NovaMeasure(string Name, string What, double? Budget, IReadOnlyList<PeerResult> Peers)
{
    /// <summary>Ours over the other, within each round and then over the rounds; null when only one was measured.</summary>
    public Ratio? Ratio => Peers.Count == 2 ? Ratio.Of(Peers[0], Peers[1]) : null;
}
