using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>guard</c>, as it is kept to be compared with.</summary>
/// <param name="Scenario">Always <c>guard</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How it was measured.</param>
/// <param name="Measures">Each way of asking, ours and nginx in turns.</param>
internal sealed record GuardResult(string Scenario, DateTimeOffset Finished, Host Host, LoadSettings Settings, IReadOnlyList<Measure> Measures) : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds);

    /// <summary>How this run compares with a kept one; empty when it is itself to be kept.</summary>
    [JsonIgnore]
    public IReadOnlyList<Comparison> Comparisons { get; init; } = [];
}

/// <summary>One way of asking, now and in the kept result: our processor time a request over nginx's in the same round.</summary>
/// <param name="Name">Of the measure.</param>
/// <param name="Kept">The median that was kept.</param>
/// <param name="Now">Over the rounds now.</param>
/// <param name="Surely">What three of four rounds are above now: noise lifts some, a loss lifts all.</param>
internal sealed record Comparison(string Name, double Kept, Spread Now, double Surely)
{
    /// <summary>The most that may be lost.</summary>
    public const double MostLost = 0.15;

    /// <summary>What was lost, as a share; negative where something was won.</summary>
    public double Loss => (Now.Median / Kept) - 1;

    /// <summary>More was lost than may be, and it is no noise.</summary>
    public bool IsLost => Surely > Kept * (1 + MostLost);

    /// <summary>Compares a measure with the kept one; null where the kept result does not have it.</summary>
    public static Comparison? Of(GuardResult kept, Measure now)
    {
        if (kept.Measures.FirstOrDefault(m => m.Name == now.Name)?.Over(GuardTable.Peer) is not { } before) return null;
        var (ours, peer) = (now.Of(Measure.Ours)!, now.Of(GuardTable.Peer)!);
        var ratios = ours.Rounds.Zip(peer.Rounds).Select(p => p.First.CpuMicrosecondsPerRequest / p.Second.CpuMicrosecondsPerRequest).Order().ToArray();
        return new(now.Name, before.Cpu.Median, Spread.Of(ratios), ratios[ratios.Length / 4]);
    }
}
