using System.Runtime.InteropServices;
using Firstlight.Bench;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios;

using var stop = new CancellationTokenSource();
// Everything made is undone on the way out, so a signal only asks the run to end.
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

try
{
    var options = BenchOptions.Parse(args);
    var host = await Host.ReadAsync(options.Root, stop.Token).ConfigureAwait(false);
    var result = await PathScenario.RunAsync(options, host, stop.Token).ConfigureAwait(false);
    Console.WriteLine();
    Console.WriteLine(Table.Render(result));
    foreach (var file in await ResultFiles.WriteAsync(options, result, stop.Token).ConfigureAwait(false))
    {
        Console.WriteLine($"wrote {Path.GetRelativePath(options.Root, file)}");
    }

    var failures = result.Peers.Sum(p => p.Rounds.Sum(r => r.FailedResponses + r.SocketErrors));
    var requests = result.Peers.Sum(p => p.Rounds.Sum(r => r.Requests));
    // A server that refuses work is cheap; such figures must not pass for good ones.
    return failures * 1000 > requests
        ? throw new BenchException($"{failures} of {requests} requests failed: the figures above do not count")
        : 0;
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync($"bench: {e.Message}").ConfigureAwait(false);
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("bench: interrupted").ConfigureAwait(false);
    return 130;
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
