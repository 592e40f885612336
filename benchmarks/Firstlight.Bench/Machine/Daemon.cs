using System.Diagnostics;
using System.Globalization;

namespace Firstlight.Bench.Machine;

/// <summary>A server that runs beside us, with its output in a file. Disposing ends it: politely first.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private Daemon(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        _log = log;
    }

    public int Pid => _process.Id;

    /// <summary>Starts a program. Wrappers such as <c>ip netns exec</c> and <c>taskset</c> replace themselves, so the pid is the program's own.</summary>
    public static Daemon Start(string name, string log, params string[] command)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        string[] arguments = ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, .. command];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new(Command.Start(start), name, log);
    }

    /// <summary>Waits for a condition. Throws with the last line of the server's log when the server ends or <paramref name="limit"/> passes.</summary>
    /// <param name="what">For the message.</param>
    /// <param name="condition">Whether it is so.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="every">Pause between two looks; null for 20 ms.</param>
    public async Task UntilAsync(string what, Func<CancellationToken, Task<bool>> condition, TimeSpan limit, CancellationToken cancellationToken, TimeSpan? every = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition(cancellationToken).ConfigureAwait(false))
        {
            if (_process.HasExited)
            {
                throw new BenchException($"{_name} ended with exit code {_process.ExitCode}: {LastLogLine()}");
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new BenchException($"{_name}: not within {limit.TotalSeconds} s: {what}: {LastLogLine()}");
            }

            await Task.Delay(every ?? TimeSpan.FromMilliseconds(20), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Command.TryAsync(["kill", "-TERM", Pid.ToString(CultureInfo.InvariantCulture)], CancellationToken.None).ConfigureAwait(false);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private string LastLogLine() =>
        File.Exists(_log) && File.ReadLines(_log).LastOrDefault(line => line.Length > 0) is { } line ? line : "it said nothing";
}
