using System.ComponentModel;
using System.Diagnostics;

namespace Firstlight.Bench.Machine;

/// <summary>Programs that are run to their end.</summary>
internal static class Command
{
    /// <summary>Runs a program and returns what it printed on standard output. Throws with its last line of complaint when it fails.</summary>
    public static async Task<string> RunAsync(string[] command, CancellationToken cancellationToken)
    {
        var (code, output, complaint) = await TryAsync(command, cancellationToken).ConfigureAwait(false);
        return code == 0
            ? output
            : throw new BenchException($"{string.Join(' ', command)}: {LastLine(complaint) ?? LastLine(output) ?? $"exit code {code}"}");
    }

    /// <summary>Runs a program and returns its exit code and what it printed. Throws only when the program is not there.</summary>
    public static Task<(int Code, string Output, string Complaint)> TryAsync(string[] command, CancellationToken cancellationToken) =>
        TryAsync(command, output => output.ReadToEndAsync(cancellationToken), cancellationToken);

    /// <summary>Runs a program that takes long and tells each line it prints. Throws with its last line of complaint when it fails.</summary>
    public static async Task StreamAsync(string[] command, Action<string> tell, CancellationToken cancellationToken)
    {
        var (code, last, complaint) = await TryAsync(command, TellAsync, cancellationToken);
        if (code != 0) throw new BenchException($"{string.Join(' ', command)}: {LastLine(complaint) ?? LastLine(last) ?? $"exit code {code}"}");

        async Task<string> TellAsync(StreamReader output)
        {
            var end = "";
            while (await output.ReadLineAsync(cancellationToken) is { } line) tell(end = line);
            return end;
        }
    }

    private static async Task<(int Code, string Output, string Complaint)> TryAsync(string[] command, Func<StreamReader, Task<string>> read, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Start(start);
        process.StandardInput.Close();
        var output = read(process.StandardOutput);
        var complaint = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false), await complaint.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Ends a process that may have ended meanwhile.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has.
        }
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new BenchException($"{start.FileName} did not start");
        }
        catch (Win32Exception)
        {
            throw new BenchException($"{start.FileName} is missing: ./setup --bench installs it");
        }
    }

    private static string? LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : null;
}
