using System.Runtime.InteropServices;
using Firstlight.Bench;
using Firstlight.Bench.CommandLine;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios;

using var stop = new CancellationTokenSource();
// Everything made is undone on the way out, so a signal only asks the run to end.
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

try
{
    if (args is [PlainKestrel.Verb, ..])
    {
        await PlainKestrel.ServeAsync(args[1..]);
        return 0;
    }

    var command = BenchCommand.Parse(args);
    if (command.Help) Console.Write(Help.Text());
    if (command.Page) SayWritten(command.Root, await Pages.WriteAsync(command.Root, stop.Token));
    var complaints = 0;
    foreach (var scenario in command.Scenarios)
    {
        if (command.Scenarios.Count > 1) Console.WriteLine($"\n=== {scenario.Name}, about {(command.Quick ? scenario.Minutes.Quick : scenario.Minutes.Full)} minutes");
        if (await RunAsync(scenario, command.For(scenario)) is not { } complaint) continue;
        await Console.Error.WriteLineAsync($"bench: {scenario.Name}: {complaint}");
        complaints++;
    }

    return complaints == 0 ? 0 : 1;
}
catch (BenchException e)
{
    await Console.Error.WriteLineAsync($"bench: {e.Message}");
    return 1;
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("bench: interrupted");
    return 130;
}

async Task<string?> RunAsync(IScenario scenario, BenchOptions options)
{
    var host = await Host.ReadAsync(options.Root, scenario.Programs, stop.Token);
    var result = await scenario.RunAsync(options, host, stop.Token);
    var rendered = scenario.Render(result);
    Console.WriteLine();
    Console.WriteLine(rendered.Table);
    var complaint = scenario.Complaint(result, options);
    // Figures that do not count are not kept where others are quoted from.
    SayWritten(options.Root, await ResultFiles.WriteAsync(complaint is null ? options : options with { ForTheRecord = false }, result, rendered, stop.Token));
    return complaint;
}

void SayWritten(string root, IEnumerable<string> files)
{
    foreach (var file in files) Console.WriteLine($"wrote {Path.GetRelativePath(root, file)}");
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
