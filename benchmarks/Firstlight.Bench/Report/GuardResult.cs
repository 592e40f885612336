using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>guard</c>, as it is kept to be compared with.</summary>
/// <param name="Scenario">Always <c>guard</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How it was measured.</param>
/// <param name="Measures">Each way of asking, ours and one other in turns.</param>
internal sealed record GuardResult(string Scenario, DateTimeOffset Finished, Host Host, LoadSettings Settings, IReadOnlyList<Measure> Measures) : IKeptResult
{
    [JsonIgnore]
    public IEnumerable<Round> AllRounds => Measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds);

    /// <summary>How this run compares with a kept one; empty when it is itself to be kept.</summary>
    [JsonIgnore]
    public IReadOnlyList<Comparison> Comparisons { get; init; } = [];
}

/// <summary>One way of asking, now and in the kept result: our processor time a request over another's in the same round.</summary>
/// <param name="Name">Of the measure.</param>
/// <param name="Other">Whom ours is compared with.</param>
/// <param name="Kept">The median that was kept.</param>
/// <param name="Now">Over the rounds now that count.</param>
/// <param name="Surely">What three of four rounds are above now: noise lifts some, a loss lifts all.</param>
/// <param name="IsDisturbed">Others had so much of the processors that hardly a round was calm; then all count.</param>
internal sealed record Comparison(string Name, string Other, double Kept, Spread Now, double Surely, bool IsDisturbed)
{
    /// <summary>The most that may be lost.</summary>
    public const double MostLost = 0.15;

    /// <summary>The most where others disturb: a server with many threads suffers more from them than one without, by a third.</summary>
    public const double MostLostDisturbed = 0.6;

    /// <summary>How often a loss is measured before it counts as one: where neighbours have the caches, large programs cost a third more for a minute and small ones do not.</summary>
    public const int MostTries = 4;

    // Of one processor, while both are measured.
    private const double Calm = 0.25;

    /// <summary>What was lost, as a share; negative where something was won.</summary>
    public double Loss => (Now.Median / Kept) - 1;

    /// <summary>More was lost than may be, and it is no noise.</summary>
    public bool IsLost => Surely > Kept * (1 + (IsDisturbed ? MostLostDisturbed : MostLost));

    /// <summary>Compares a measure with the kept one; null where the kept result does not have it, over the same other.</summary>
    public static Comparison? Of(GuardResult kept, Measure now)
    {
        var other = OtherOf(now);
        if (kept.Measures.FirstOrDefault(m => m.Name == now.Name)?.Over(other.Name) is not { } before) return null;
        var pairs = Pairs(now);
        var calm = pairs.Where(IsCalm).ToArray();
        var isDisturbed = calm.Length * 2 < pairs.Length;
        var ratios = (isDisturbed ? pairs : calm).Select(p => p.Ours.CpuMicrosecondsPerRequest / p.Peer.CpuMicrosecondsPerRequest).Order().ToArray();
        return new(now.Name, other.Name, before.Cpu.Median, Spread.Of(ratios), ratios[ratios.Length / 4], isDisturbed);
    }

    /// <summary>Whether a measure was taken on a machine calm enough to be compared with.</summary>
    public static bool IsCalmEnough(Measure measure) => Pairs(measure).Count(IsCalm) * 2 >= Pairs(measure).Length;

    private static (Round Ours, Round Peer)[] Pairs(Measure measure) => [.. measure.Of(Measure.Ours)!.Rounds.Zip(OtherOf(measure).Rounds)];

    private static PeerResult OtherOf(Measure measure) => measure.Peers.Single(p => p.Name != Measure.Ours);

    private static bool IsCalm((Round Ours, Round Peer) pair) => (pair.Ours.Others ?? 0) <= Calm && (pair.Peer.Others ?? 0) <= Calm;
}
