using System.Diagnostics;
using System.Net.Sockets;

namespace Firstlight.Lab;

/// <summary>The lab's own <c>firstlight standalone</c>: started apart from the terminal, ended by pid.</summary>
/// <param name="state">The lab.</param>
/// <param name="programs">Runs programs.</param>
internal sealed class LabProcess(LabState state, LabPrograms programs)
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Starts it and waits until every network stands; an already running one is kept.</summary>
    /// <exception cref="LabException">It ended or was not ready in time; the message carries the end of its log.</exception>
    public async Task StartAsync(Uri management, CancellationToken cancellationToken)
    {
        if (state.RunningPid() is null)
        {
            var start = new ProcessStartInfo("setsid") { UseShellExecute = false };
            foreach (var argument in (string[])["sh", "-c", """exec "$@" </dev/null >>"$LAB_LOG" 2>&1""", "sh"]) start.ArgumentList.Add(argument);
            foreach (var argument in ThisProgram()) start.ArgumentList.Add(argument);
            foreach (var argument in (string[])["standalone", "--config-file", state.ConfigFile]) start.ArgumentList.Add(argument);
            start.Environment["LAB_LOG"] = state.LogFile;
            using var process = Process.Start(start) ?? throw new LabException("setsid could not be started: ./setup installs it (util-linux)");
            state.WritePid(process.Id);
        }
        await WaitReadyAsync(management, cancellationToken);
    }

    /// <summary>Ends it: SIGTERM, and SIGKILL when it does not go.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (state.RunningPid() is not { } pid) return;
        await programs.TryRunAsync("ending the lab", "kill", ["-TERM", $"{pid}"], cancellationToken);
        if (!await GoneAsync(cancellationToken))
        {
            await programs.TryRunAsync("ending the lab", "kill", ["-KILL", $"{pid}"], cancellationToken);
            await GoneAsync(cancellationToken);
        }
        File.Delete(state.PidFile);
    }

    private async Task<bool> GoneAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (state.RunningPid() is not null)
        {
            if (Stopwatch.GetElapsedTime(started) > StopDeadline) return false;
            await Task.Delay(50, cancellationToken);
        }
        return true;
    }

    private async Task WaitReadyAsync(Uri management, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        var last = "no answer yet";
        while (Stopwatch.GetElapsedTime(started) < ReadyDeadline)
        {
            if (state.RunningPid() is null)
                throw new LabException($"standalone ended at once; the end of {state.LogFile}:{Environment.NewLine}{LogTail()}");
            try
            {
                using var answer = await client.GetAsync(new Uri(management, "/readyz"), cancellationToken);
                if (answer.IsSuccessStatusCode) return;
                last = (await answer.Content.ReadAsStringAsync(cancellationToken)).Trim();
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                // Not listening yet.
            }
            await Task.Delay(100, cancellationToken);
        }
        throw new LabException($"standalone was not ready in {ReadyDeadline.TotalSeconds} s: {last}; see {state.LogFile}");
    }

    private string LogTail() => File.Exists(state.LogFile)
        ? string.Join(Environment.NewLine, File.ReadLines(state.LogFile).TakeLast(5))
        : "(no log)";

    // Run as `dotnet firstlight.dll` (from a build folder) the process path is dotnet's own.
    private static string[] ThisProgram()
    {
        var path = Environment.ProcessPath ?? throw new LabException("this program's own path is unknown");
        return Path.GetFileNameWithoutExtension(path) == "dotnet" ? [path, Path.Combine(AppContext.BaseDirectory, "firstlight.dll")] : [path];
    }
}

/// <summary>The lab cannot do what was asked; the message says what to do.</summary>
/// <param name="message">For a person.</param>
/// <param name="inner">Where it came from; null for nowhere else.</param>
internal sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
