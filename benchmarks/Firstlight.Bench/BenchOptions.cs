namespace Firstlight.Bench;

/// <summary>How one scenario is to be measured.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="Scenario">Name of the scenario.</param>
/// <param name="Rounds">Rounds; each measures every peer once.</param>
/// <param name="Seconds">Length of one measurement.</param>
/// <param name="WarmUpSeconds">Load given to each peer before the first round, so that compilers and caches have settled.</param>
/// <param name="Quick">A short run whose figures are for no record: nothing is written under <c>benchmarks/</c>.</param>
/// <param name="Peers">Peers to measure, in the order of the first round.</param>
internal sealed record BenchOptions(
    string Root, string Scenario, int Rounds, int Seconds, int WarmUpSeconds, bool Quick, IReadOnlyList<string> Peers)
{
    /// <summary>Connections open at a time wherever each is for one request.</summary>
    public const int Connections = 64;

    /// <summary>Sizes to measure of each axis of <c>scale</c>; null for its own.</summary>
    public IReadOnlyList<int>? Sizes { get; init; }

    /// <summary>A run with all peers and of full length, whose figures are kept.</summary>
    public bool ForTheRecord { get; init; }

    /// <summary>Result that <c>guard</c> compares with; null for the committed one.</summary>
    public string? Against { get; init; }

    /// <summary>Our own program is started with its compiler's optimisations off: <c>guard</c> must notice.</summary>
    public bool Slowed { get; init; }

    /// <summary>Our own program is started so that its compiler settles within seconds (<see cref="Machine.Runtime.CompilesSoon"/>).</summary>
    public bool CompilesSoon { get; init; }
}
