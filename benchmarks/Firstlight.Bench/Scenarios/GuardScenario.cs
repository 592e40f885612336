using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Guarding;

namespace Firstlight.Bench.Scenarios;

/// <summary>Short forms of the comparisons that matter, each as a ratio to nginx in the same round, against the kept result.</summary>
internal sealed class GuardScenario : Scenario<GuardResult>
{
    public override string Name => "guard";

    public override string What => "short forms of what matters, against the kept result: fails where 15 % is lost";

    public override (double Full, double Quick) Minutes => (2.5, 1);

    public override (int Full, int Quick) Rounds => (8, 3);

    public override IReadOnlyList<string> Peers => ["firstlight", "nginx", "kestrel"];

    public override IEnumerable<(string Name, string[] Version)> Programs => [("nginx", ["nginx", "-v"])];

    public override bool RecordsOnlyWhenAsked => true;

    protected override async Task<GuardResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        var kept = options.ForTheRecord ? null : await KeptAsync(options, cancellationToken);
        await using var undo = new Undo();
        Console.WriteLine("[1/3] firstlight, nginx and kestrel, on processor 0");
        var watched = await Watched.StartAsync(options, undo, cancellationToken);
        Console.WriteLine("[2/3] warming up");
        await watched.WarmUpAsync(host, cancellationToken);
        Console.WriteLine($"[3/3] {options.Rounds} rounds");
        var measures = await watched.MeasureAsync(host, options.Rounds, watched.Ways, cancellationToken);
        var comparisons = Compare(kept, measures);
        // A machine that was slow or busy just then is forgiven; a program that became slower is so every time.
        for (var tries = 1; tries < Comparison.MostTries && !options.Slowed; tries++)
        {
            var doubtful = comparisons.Where(c => c.IsLost || (c.IsDisturbed && tries == 1)).Select(c => c.Name).ToHashSet();
            if (doubtful.Count == 0) break;
            Console.WriteLine($"      once more: {string.Join(", ", doubtful)}");
            var again = Compare(kept, await watched.MeasureAsync(host, options.Rounds, [.. watched.Ways.Where(w => doubtful.Contains(w.Name))], cancellationToken));
            comparisons = [.. comparisons.Select(c => again.FirstOrDefault(a => a.Name == c.Name) ?? c)];
        }

        return new(Name, DateTimeOffset.UtcNow, host, new(options.Rounds, Watched.Seconds, 0, BenchOptions.Connections, watched.DocumentLength), measures) { Comparisons = comparisons };
    }

    protected override string Table(GuardResult result) => GuardTable.Render(result);

    protected override string? Complaint(GuardResult result, BenchOptions options) => base.Complaint(result, options) ?? GuardTable.Complaint(result);

    private static Comparison[] Compare(GuardResult? kept, IReadOnlyList<Measure> measures) =>
        kept is null ? [] : [.. measures.Select(m => Comparison.Of(kept, m) ?? throw new BenchException($"the kept result does not have {m.Name} over {m.Peers[^1].Name}: ./bench guard --record measures one"))];

    private async Task<GuardResult> KeptAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var file = options.Against ?? ResultFiles.Latest(options.Root, Name);
        return File.Exists(file)
            ? (GuardResult)((IScenario)this).Read(await File.ReadAllTextAsync(file, cancellationToken))
            : throw new BenchException($"there is no {file} to compare with: ./bench guard --record measures one");
    }
}
