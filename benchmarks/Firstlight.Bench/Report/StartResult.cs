using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>start</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>start</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Rounds">How often each was started.</param>
/// <param name="Places">Servers that stand in one place, side by side.</param>
internal sealed record StartResult(string Scenario, DateTimeOffset Finished, Host Host, int Rounds, IReadOnlyList<StartPlace> Places) : IKeptResult;

/// <summary>Those that can stand in one place.</summary>
/// <param name="Name">Short name.</param>
/// <param name="What">What the first answer is.</param>
/// <param name="Peers">Ours first.</param>
internal sealed record StartPlace(string Name, string What, IReadOnlyList<StartPeer> Peers);

/// <summary>One that was started again and again.</summary>
internal sealed record StartPeer(string Name, string Description, IReadOnlyList<StartRound> Rounds)
{
    /// <summary>A figure over the rounds.</summary>
    public Spread Of(Func<StartRound, double> figure) => Spread.Of(Rounds.Select(figure));
}

/// <summary>One start.</summary>
/// <param name="Milliseconds">From before the process until its first right answer.</param>
/// <param name="CpuMilliseconds">Processor time until then.</param>
/// <param name="MemoryKiB">Memory then, proportional set size.</param>
internal sealed record StartRound(double Milliseconds, double CpuMilliseconds, long MemoryKiB);
