using System.ComponentModel;
using System.Diagnostics;

namespace Firstlight.Plumbing.Processes;

/// <summary>One call of a program.</summary>
/// <param name="Purpose">What it is for, as a message would say it: <c>adding bridge brq…</c>.</param>
/// <param name="Program">Program name.</param>
/// <param name="Arguments">Arguments, never split or quoted by anyone.</param>
/// <param name="Input">Text for its standard input; null for none.</param>
public sealed record ProcessCall(string Purpose, string Program, IReadOnlyList<string> Arguments, string? Input = null);

/// <summary>What a program left.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs programs to their end. Called from threads of the host's own namespace only: a child inherits the namespace of the thread that starts it.</summary>
/// <param name="deadline">Longest any program may take; it is ended with its children then.</param>
/// <param name="time">Clock of the deadline.</param>
public sealed class ProcessRunner(TimeSpan deadline, TimeProvider time)
{
    // A daemon may keep our pipes after its parent ended; what the parent said is there by then.
    private static readonly TimeSpan DrainAfterExit = TimeSpan.FromSeconds(2);

    private long _started;

    /// <summary>Programs started so far, for tests and metrics.</summary>
    public long Started => Interlocked.Read(ref _started);

    /// <summary>Runs a program that must succeed; returns its output.</summary>
    /// <exception cref="ProcessFailedException">It did not.</exception>
    public async Task<string> RunAsync(ProcessCall call, CancellationToken cancellationToken)
    {
        var result = await TryRunAsync(call, cancellationToken);
        return result.ExitCode == 0 ? result.Output : throw new ProcessFailedException(Complaint(call, result), result.ExitCode);
    }

    /// <summary>Runs a program and returns its exit code with what it said.</summary>
    /// <exception cref="ProcessFailedException">It could not be started or did not end in time.</exception>
    public async Task<ProcessResult> TryRunAsync(ProcessCall call, CancellationToken cancellationToken)
    {
        using var process = Start(call);
        using var timer = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = process.StandardError.ReadToEndAsync(either.Token);
            await FeedAsync(process, call.Input, either.Token);
            await process.WaitForExitAsync(either.Token);
            return new ProcessResult(process.ExitCode, await DrainAsync(output), await DrainAsync(error));
        }
        catch (OperationCanceledException)
        {
            End(process);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ProcessFailedException($"{call.Purpose}: {call.Program} did not end within {deadline.TotalSeconds:0} s", exitCode: null);
        }
    }

    private Process Start(ProcessCall call)
    {
        var path = Programs.Find(call.Program) ?? throw new ProcessFailedException($"{call.Purpose}: {call.Program} is missing", exitCode: null);
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in call.Arguments) start.ArgumentList.Add(argument);
        start.Environment["PATH"] = Programs.SearchPath;
        start.Environment["LC_ALL"] = "C";
        Interlocked.Increment(ref _started);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new ProcessFailedException($"{call.Purpose}: {path} cannot be started: {e.Message}", exitCode: null, e);
        }
    }

    private static async Task FeedAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all; its exit code says why.
        }
    }

    private async Task<string> DrainAsync(Task<string> reading)
    {
        try
        {
            return await reading.WaitAsync(DrainAfterExit, time);
        }
        catch (TimeoutException)
        {
            return "";
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }
    }

    private static string Complaint(ProcessCall call, ProcessResult result)
    {
        var said = string.IsNullOrWhiteSpace(result.Error) ? result.Output : result.Error;
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return $"{call.Purpose}: {call.Program} exited {result.ExitCode}: {string.Join("; ", lines.Take(3))}";
    }
}
