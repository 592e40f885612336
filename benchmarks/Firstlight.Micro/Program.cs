using System.Text.Json;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Firstlight.Micro;

// firstlight-micro OUT [--quick]: measures every piece and writes what it came to, as JSON.
var quick = args.Contains("--quick");
var artifacts = Directory.CreateTempSubdirectory("firstlight-micro-").FullName;
try
{
    // In this process: the pieces are compiled as the program compiles them, and nothing is built anew.
    var job = (quick ? Job.ShortRun : Job.Default.WithIterationCount(15)).WithToolchain(InProcessEmitToolchain.Instance);
    var config = ManualConfig.CreateEmpty()
        .AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(NullLogger.Instance).AddColumnProvider(DefaultColumnProviders.Instance)
        .WithArtifactsPath(artifacts).WithOptions(ConfigOptions.DisableLogFile);
    var pieces = new List<Piece>();
    foreach (var type in (Type[])[typeof(Identity), typeof(Paths), typeof(Lookups), typeof(Documents), typeof(Json), typeof(Answers)])
    {
        var summary = BenchmarkRunner.Run(type, config);
        if (summary.HasCriticalValidationErrors) throw new InvalidOperationException(string.Join("; ", summary.ValidationErrors.Select(e => e.Message)));
        foreach (var report in summary.Reports)
        {
            if (report.ResultStatistics is null) throw new InvalidOperationException($"{report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo} did not run");
            pieces.Add(Read(report));
            Console.WriteLine($"{pieces[^1].What,-64} {pieces[^1].MedianNs,12:F1} ns {pieces[^1].AllocatedBytes,10} B");
        }
    }

    File.WriteAllText(args[0], JsonSerializer.Serialize(pieces, JsonSerializerOptions.Web));
    return 0;
}
finally
{
    Directory.Delete(artifacts, recursive: true);
}

static Piece Read(BenchmarkReport report)
{
    var descriptor = report.BenchmarkCase.Descriptor;
    var statistics = report.ResultStatistics!;
    return new(
        descriptor.Type.Name, descriptor.WorkloadMethodDisplayInfo.Trim('\''), statistics.Median, statistics.Min, statistics.Max,
        report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0);
}
