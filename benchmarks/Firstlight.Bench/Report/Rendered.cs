using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>What a reader sees of a result.</summary>
/// <param name="Table">Markdown for a terminal and for <c>benchmarks/README.md</c>.</param>
/// <param name="Plots">The same at a glance.</param>
/// <param name="Figures">Its lines in the project's <c>README.md</c>.</param>
internal sealed record Rendered(string Table, IReadOnlyList<Plot> Plots, IReadOnlyList<Figure> Figures);

/// <summary>A line of the project's <c>README.md</c>.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Peer">The other's figure; empty where there is none.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Ratio">Ours over the other's, as people say it.</param>
/// <param name="Verdict">The design's budgets, and whether they are met; null for none.</param>
internal sealed record Figure(string What, string Peer, string Ours, string Ratio, Verdict? Verdict);
