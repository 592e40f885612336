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
        // What an earlier one said must not be taken for this one's words.
        File.Delete(log);
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

    /// <summary>Waits until its log says something. Throws as <see cref="UntilAsync"/> does.</summary>
    /// <param name="words">Part of a line.</param>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilSaidAsync(string words, TimeSpan limit, CancellationToken cancellationToken)
    {
        var read = 0L;
        var line = "";
        await UntilAsync($"its log says '{words}'", Said, limit, cancellationToken).ConfigureAwait(false);

        // What is new in it, and the line that was not whole yet.
        async Task<bool> Said(CancellationToken token)
        {
            if (!File.Exists(_log)) return false;
            using var log = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Position = read;
            using var reader = new StreamReader(log);
            var text = line + await reader.ReadToEndAsync(token).ConfigureAwait(false);
            read = log.Position;
            line = text[(text.LastIndexOf('\n') + 1)..];
            return text.Contains(words, StringComparison.Ordinal);
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
