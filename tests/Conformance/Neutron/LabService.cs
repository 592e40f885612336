using System.Diagnostics;
using System.Globalization;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>One daemon on the lab's host. All that is known of it is in files, so that a later run of the tests can take over a lab that stayed.</summary>
/// <param name="host">Where it runs.</param>
/// <param name="name">Names its log and pid file.</param>
/// <param name="command">Program and arguments.</param>
/// <param name="ready">Says whether it serves.</param>
internal sealed class LabService(LabHost host, string name, string[] command, Func<Task<bool>> ready)
{
    // A container's slow disk and two cores: nothing here takes longer when it works at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    public string Name => name;

    private string PidFile => Path.Combine(host.Root, "run", name + ".pid");

    private string LogFile => Path.Combine(host.Root, "log", name + ".log");

    public bool Runs => File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture, out var id) && host.Runs(id);

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="environment">Variables added to the lab's.</param>
    public async Task StartAsync(params (string Name, string Value)[] environment)
    {
        if (!Runs) Launch(environment);
        await UntilAsync(ready, "does not serve");
    }

    /// <summary>Waits for it to do something.</summary>
    /// <param name="done">Whether it has.</param>
    /// <param name="otherwise">What is wrong when it has not.</param>
    public async Task UntilAsync(Func<Task<bool>> done, string otherwise)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await done())
        {
            if (File.Exists(PidFile) && !Runs) throw Failed("ended");
            if (Stopwatch.GetElapsedTime(begun) > Patience) throw Failed($"{otherwise} after {Patience.TotalSeconds} s");
            await Task.Delay(50);
        }
    }

    /// <summary>Ends it, as systemd does, and waits until it is gone; its children that are meant to outlive it do.</summary>
    public async Task StopAsync(bool kill = false)
    {
        if (!File.Exists(PidFile)) return;
        var id = int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);
        if (Runs)
        {
            await host.TryAsync("kill", kill ? "-KILL" : "-TERM", $"{id}");
            var begun = Stopwatch.GetTimestamp();
            while (Runs)
            {
                if (Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(20)) await host.TryAsync("kill", "-KILL", $"{id}");
                await Task.Delay(20);
            }
        }

        File.Delete(PidFile);
    }

    /// <summary>What a failure of it looks like: its last words.</summary>
    public InvalidOperationException Failed(string what) =>
        new($"{name} {what}; the last of its log:\n{string.Join('\n', Log.Split('\n').TakeLast(30))}");

    private void Launch((string Name, string Value)[] environment)
    {
        File.Delete(PidFile);
        // A session of its own; the shell becomes the program, so the id is the program's.
        var start = host.Command("sh", "-c", "echo $$ >\"$1.new\"; mv \"$1.new\" \"$1\"; log=$2; shift 2; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", PidFile, LogFile);
        foreach (var word in command) start.ArgumentList.Add(word);
        // Nothing of it holds the pipes of whoever runs the tests.
        foreach (var word in (string[])[start.FileName, "sh", "exec \"$@\" >/dev/null 2>&1 </dev/null", "-c", "sh"]) start.ArgumentList.Insert(0, word);
        start.FileName = "setsid";
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = false;
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        if (!File.Exists(command[0])) throw new InvalidOperationException($"{command[0]} is missing: ./setup --conformance installs it");
        using var process = Process.Start(start);
    }
}
