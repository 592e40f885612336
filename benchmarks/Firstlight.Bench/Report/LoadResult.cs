using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run in which peers bear load in several ways, as it is kept.</summary>
internal sealed record LoadResult(string Scenario, DateTimeOffset Finished, Host Host, LoadSettings Settings, IReadOnlyList<Measure> Measures) : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds);

    /// <summary>A measure by name; null in a result from before there was one.</summary>
    public Measure? Of(string name) => Measures.FirstOrDefault(m => m.Name == name);
}

/// <summary>How the load was.</summary>
/// <param name="Rounds">Rounds; each measures every peer once in every way.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="WarmUpSeconds">Load before the first round.</param>
/// <param name="Connections">Connections at a time.</param>
/// <param name="BodyBytes">Length of the document.</param>
internal sealed record LoadSettings(int Rounds, int Seconds, int WarmUpSeconds, int Connections, int BodyBytes);
