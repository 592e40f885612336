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
    if (options.Scenario == "nova")
    {
        var host = await Host.ReadAsync(options.Root, NovaScenario.Programs, stop.Token).ConfigureAwait(false);
        var result = await NovaScenario.RunAsync(options, host, stop.Token).ConfigureAwait(false);
        return await FinishAsync(options, result, NovaTable.Render(result)).ConfigureAwait(false);
    }
    else if (options.Scenario == "agent")
    {
        var host = await Host.ReadAsync(options.Root, AgentScenario.Programs, stop.Token).ConfigureAwait(false);
        var result = await AgentScenario.RunAsync(options, host, stop.Token).ConfigureAwait(false);
        return await FinishAsync(options, result, AgentTable.Render(result)).ConfigureAwait(false);
    }
    else
    {
        var host = await Host.ReadAsync(options.Root, PathScenario.Programs, stop.Token).ConfigureAwait(false);
        var result = await PathScenario.RunAsync(options, host, stop.Token).ConfigureAwait(false);
        return await FinishAsync(options, result, Table.Render(result)).ConfigureAwait(false);
    }
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

async Task<int> FinishAsync<T>(BenchOptions options, T result, string table)
    where T : IKeptResult
{
    Console.WriteLine();
    Console.WriteLine(table);
    foreach (var file in await ResultFiles.WriteAsync(options, result, table, stop.Token).ConfigureAwait(false))
    {
        Console.WriteLine($"wrote {Path.GetRelativePath(options.Root, file)}");
    }

    var failures = result.AllRounds.Sum(r => r.FailedResponses + r.SocketErrors);
    var requests = result.AllRounds.Sum(r => r.Requests);
    // A server that refuses work is cheap; such figures must not pass for good ones.
    return failures * 1000 > requests
        ? throw new BenchException($"{failures} of {requests} requests failed: the figures above do not count")
        : 0;
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
