using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Guarding;

namespace Firstlight.Bench.Scenarios;

/// <summary>Short forms of the comparisons that matter, each as a ratio to nginx in the same round, against the kept result.</summary>
internal sealed class GuardScenario : Scenario<GuardResult>
{
    public override string Name => "guard";

    public override string What => "short forms of what matters, against the kept result: fails where 15 % is lost";

    public override (double Full, double Quick) Minutes => (2, 0.7);

    public override (int Full, int Quick) Rounds => (8, 3);

    public override IReadOnlyList<string> Peers => ["firstlight", GuardTable.Peer];

    public override IEnumerable<(string Name, string[] Version)> Programs => [("nginx", ["nginx", "-v"])];

    public override bool RecordsOnlyWhenAsked => true;

    protected override async Task<GuardResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        var kept = options.ForTheRecord ? null : await KeptAsync(options, cancellationToken);
        await using var undo = new Undo();
        Console.WriteLine("[1/3] firstlight and nginx, on processor 0");
        var watched = await Watched.StartAsync(options, undo, cancellationToken);
        Console.WriteLine("[2/3] warming up");
        await watched.WarmUpAsync(host, cancellationToken);
        Console.WriteLine($"[3/3] {options.Rounds} rounds");
        var measures = await watched.MeasureAsync(host, options.Rounds, watched.Ways, cancellationToken);
        var comparisons = Compare(kept, measures);
        var doubtful = comparisons.Where(c => c.IsLost || c.IsDisturbed).Select(c => c.Name).ToHashSet();
        // A machine that was busy just then is forgiven; a program that became slower is so the second time as well.
        if (doubtful.Count > 0 && !options.Slowed)
        {
            Console.WriteLine($"      once more: {string.Join(", ", doubtful)}");
            var again = await watched.MeasureAsync(host, options.Rounds, [.. watched.Ways.Where(w => doubtful.Contains(w.Name))], cancellationToken);
            comparisons = [.. comparisons.Select(c => Compare(kept, again).FirstOrDefault(a => a.Name == c.Name) ?? c)];
        }

        return new(Name, DateTimeOffset.UtcNow, host, new(options.Rounds, Watched.Seconds, 0, BenchOptions.Connections, watched.DocumentLength), measures) { Comparisons = comparisons };
    }

    protected override string Table(GuardResult result) => GuardTable.Render(result);

    protected override string? Complaint(GuardResult result, BenchOptions options) => base.Complaint(result, options) ?? GuardTable.Complaint(result);

    private static Comparison[] Compare(GuardResult? kept, IReadOnlyList<Measure> measures) =>
        kept is null ? [] : [.. measures.Select(m => Comparison.Of(kept, m)).OfType<Comparison>()];

    private async Task<GuardResult> KeptAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var file = options.Against ?? ResultFiles.Latest(options.Root, Name);
        return File.Exists(file)
            ? (GuardResult)((IScenario)this).Read(await File.ReadAllTextAsync(file, cancellationToken))
            : throw new BenchException($"there is no {file} to compare with: ./bench guard --record measures one");
    }
}
