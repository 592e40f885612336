using System.Text.Json;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>The pieces of a request one by one: what <c>benchmarks/Firstlight.Micro</c> measures with BenchmarkDotNet.</summary>
internal sealed class MicroScenario : Scenario<MicroResult>
{
    public override string Name => "micro";

    public override string What => "the pieces of a request one by one: sign, verify, find, render, write";

    public override (double Full, double Quick) Minutes => (5, 1.5);

    public override IReadOnlyList<string> Peers => ["firstlight"];

    public override IEnumerable<(string Name, string[] Version)> Programs => [];

    protected override async Task<MicroResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var written = Path.Combine(RunDirectory.Make(undo), "pieces.json");
        Console.WriteLine("[1/2] building the benchmarks");
        await Command.RunAsync(
            ["dotnet", "build", Path.Combine(options.Root, "benchmarks/Firstlight.Micro"), "-c", "Release", "-v", "q", "-nodeReuse:false", "-p:RestoreLockedMode=true"], cancellationToken);
        Console.WriteLine("[2/2] each piece, on processor 0");
        string[] quick = options.Quick ? ["--quick"] : [];
        await Command.StreamAsync(
            ["taskset", "-c", "0", "dotnet", Path.Combine(options.Root, "artifacts/bin/Firstlight.Micro/release/Firstlight.Micro.dll"), written, .. quick],
            line => Console.WriteLine($"      {line}"), cancellationToken);
        var pieces = JsonSerializer.Deserialize<MicroPiece[]>(await File.ReadAllTextAsync(written, cancellationToken), ResultFiles.Json)!;
        return new(Name, DateTimeOffset.UtcNow, host, pieces);
    }

    protected override string Table(MicroResult result) => MicroTable.Render(result);

    protected override IEnumerable<Plot> Plots(MicroResult result) => MicroTable.Plots(result);
}
