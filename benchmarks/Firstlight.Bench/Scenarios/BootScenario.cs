using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Storms;

namespace Firstlight.Bench.Scenarios;

/// <summary>Guests that boot at once: on ours, alone and with one that hammers, and on the real path with as many as it bears.</summary>
internal sealed class BootScenario : Scenario<BootResult>
{
    private static readonly int[] Sizes = [200, 500, 1000, 2000];
    private static readonly int[] QuickSizes = [200, 500];
    private static readonly int[] RealSizes = [10, 25, 50, 100, 200];
    private static readonly int[] QuickRealSizes = [5, 10];
    private static readonly TimeSpan LongestReal = TimeSpan.FromSeconds(240);

    public override string Name => "boot";

    public override string What => "guests that boot at once, 28 requests each: ours to 2,000, the real path to what it bears";

    public override (double Full, double Quick) Minutes => (10, 2.5);

    public override (int Full, int Quick) Rounds => (5, 1);

    public override IReadOnlyList<string> Peers => ["firstlight", "real"];

    public override IEnumerable<(string Name, string[] Version)> Programs => AgentScenario.RealPrograms;

    protected override async Task<BootResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        var (sizes, realSizes) = options.Quick ? (QuickSizes, QuickRealSizes) : (Sizes, RealSizes);
        var storms = new List<Storm>();
        Console.WriteLine($"[1/2] ours: {options.Rounds} rounds, a program that has just started for each storm");
        if (options.Peers.Contains("firstlight")) storms.AddRange(await OwnStorms.RunAsync(options, host, sizes, cancellationToken));
        Console.WriteLine("[2/2] the real path");
        if (options.Peers.Contains("real")) storms.AddRange(await RealStorms.RunAsync(options, host, realSizes, LongestReal, cancellationToken));
        return new(
            Name, DateTimeOffset.UtcNow, host,
            new(options.Rounds, OwnStorms.Networks(sizes.Max()), NewConnections.Boot.Count, (int)StormOnce.Patience.TotalSeconds, OwnStorms.HammerConnections), storms);
    }

    protected override string Table(BootResult result) => BootTable.Render(result);

    protected override IEnumerable<Plot> Plots(BootResult result) => BootTable.Plots(result);

    protected override IEnumerable<Figure> Figures(BootResult result) => BootTable.Figures(result);

    protected override string? Complaint(BootResult result, BenchOptions options) => BootTable.Complaint(result);
}
