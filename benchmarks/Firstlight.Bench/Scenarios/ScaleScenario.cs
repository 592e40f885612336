using System.Diagnostics;
using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Scales;

namespace Firstlight.Bench.Scenarios;

/// <summary>What more networks and more instances cost: a request, memory, a start, one more of them.</summary>
internal sealed class ScaleScenario : Scenario<ScaleResult>
{
    private const int NetworksOfInstances = 10;
    private static readonly int[] Networks = [1, 10, 100, 1000, 4000];
    private static readonly int[] QuickNetworks = [1, 10, 40];
    private static readonly int[] Instances = [10, 100, 1000, 10_000, 100_000];
    private static readonly int[] QuickInstances = [10, 100, 1000];

    public override string Name => "scale";

    public override string What => "1 to 4,000 networks, 10 to 100,000 instances: a request, memory, start, one more";

    public override (double Full, double Quick) Minutes => (35, 3);

    public override (int Full, int Quick) Rounds => (5, 2);

    public override IReadOnlyList<string> Peers => [ScaleStep.Axes.Networks, ScaleStep.Axes.Instances];

    public override IEnumerable<(string Name, string[] Version)> Programs => [("haproxy", ["haproxy", "-v"]), ("nginx", ["nginx", "-v"])];

    protected override async Task<ScaleResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        var steps = new List<ScaleStep>();
        if (options.Peers.Contains(ScaleStep.Axes.Instances))
            steps.AddRange(await AxisAsync(
                options, host, ScaleStep.Axes.Instances, options.Sizes ?? (options.Quick ? QuickInstances : Instances), n => (NetworksOfInstances, n / NetworksOfInstances, n / NetworksOfInstances), cancellationToken));
        // Many on one network, then one more network with an instance each. Last, since the kernel goes on taking thousands of networks away for a while.
        if (options.Peers.Contains(ScaleStep.Axes.Networks))
            steps.AddRange(await AxisAsync(options, host, ScaleStep.Axes.Networks, options.Sizes ?? (options.Quick ? QuickNetworks : Networks), n => (n, ScaleWorld.MostAsking, 1), cancellationToken));
        return new(Name, DateTimeOffset.UtcNow, host, new(options.Rounds, (int)ScaleProbe.SecondsOf(options), BenchOptions.Connections, ScaleProbe.Changes), steps);
    }

    protected override string Table(ScaleResult result) => ScaleTable.Render(result);

    protected override IEnumerable<Plot> Plots(ScaleResult result) => ScaleTable.Plots(result);

    protected override IEnumerable<Figure> Figures(ScaleResult result) => ScaleTable.Figures(result);

    private static async Task<IReadOnlyList<ScaleStep>> AxisAsync(
        BenchOptions options, Host host, string axis, IReadOnlyList<int> sizes, Func<int, (int Networks, int OnFirst, int OnEach)> shape, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        NeighbourTable.Raise(undo);
        var directory = RunDirectory.Make(undo);
        var firstlight = await FirstlightPeer.MakeAsync(options, Path.Combine(directory, "firstlight"), undo, cancellationToken);
        firstlight.IsAlone = true;
        var world = new ScaleWorld(directory, firstlight, undo);
        undo.Add("networks", world.TakeDownAsync);
        undo.Say("      taking it down");
        using var probe = new ScaleProbe(options, host, world);
        var steps = new List<ScaleStep>();
        for (var i = 0; i < sizes.Count; i++)
        {
            var (networks, onFirst, onEach) = shape(sizes[i]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{axis} {i + 1}/{sizes.Count}] growing to {sizes[i]:#,0}"));
            var begun = Stopwatch.GetTimestamp();
            await world.GrowAsync(networks, onFirst, onEach, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      grown in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s"));
            steps.Add(await probe.MeasureAsync(axis, cancellationToken));
            var step = steps[^1];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"      {step.Networks} networks, {step.Instances} instances: {step.First.Over("nginx")!.Cpu.Median:F2}× nginx, {step.Everywhere.Over("haproxy")!.Cpu.Median:F2}× haproxy everywhere, {step.MemoryKiB / 1024} MiB, first answer after {step.Start.FirstAnswerMs:F0} ms; after a change {step.AfterChange.CpuMicroseconds:F0} µs; a new instance {step.NewInstances[0].AnsweredMs:F0} ms, a new network {step.NewNetworks[0].AnsweredMs:F0} ms"));
        }

        return steps;
    }
}
