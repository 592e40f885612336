using System.Diagnostics;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>Stopping, killing, restarting and removing: each test on a lab of its own.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Killed_and_started_again_it_adopts_what_runs_and_serves_again()
    {
        await using var lab = new LabFixture();
        await lab.InitializeAsync();
        var namespaces = await NamespacesAsync();
        var dnsmasq = DnsmasqPids(lab.StatePath);

        await Run.ProgramAsync("kill", "-KILL", $"{lab.StandalonePid()}");
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{lab.StandalonePid()}")), "the killed program is gone");
        Assert.NotEqual(0, (await lab.CurlAsync("lark", "/openstack", "-f", "--connect-timeout", "1")).ExitCode);
        await lab.UpAsync();

        Assert.Equal(namespaces, await NamespacesAsync());
        Assert.Equal(dnsmasq, DnsmasqPids(lab.StatePath));
        var fetch = await lab.LabAsync("fetch");
        Assert.True(fetch.ExitCode == 0, fetch.ToString());
    }

    [Fact]
    public async Task Asked_to_stop_it_drains_and_exits_with_0()
    {
        using var state = new ApiState();
        using var process = Run.StartFirstlight("metadata-api", "--config-file", state.ConfigFile);
        await Eventually.TrueAsync(state.ListensAsync, "the API listens");

        var asked = Stopwatch.GetTimestamp();
        await Run.ProgramAsync("kill", "-TERM", $"{process.Id}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(deadline.Token);

        Assert.Equal(0, process.ExitCode);
        // Five seconds are the promise; a noisy machine gets some more, a hang does not.
        Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Down_leaves_the_machine_as_it_was()
    {
        var before = await MachineAsync();
        var lab = new LabFixture();
        await lab.InitializeAsync();
        Assert.NotEqual(before, await MachineAsync());

        var down = await lab.DownAsync();

        Assert.True(down.ExitCode == 0, down.ToString());
        Assert.Equal(before, await MachineAsync());
        Assert.False(Directory.Exists(lab.StatePath));
    }

    [Fact]
    public async Task A_taken_port_is_one_line_that_names_the_fix()
    {
        using var state = new ApiState();
        using var first = Run.StartFirstlight("metadata-api", "--config-file", state.ConfigFile);
        await Eventually.TrueAsync(state.ListensAsync, "the API listens");

        var second = await Run.FirstlightAsync("metadata-api", "--config-file", state.ConfigFile);
        first.Kill();

        Assert.Equal(69, second.ExitCode);
        var line = Assert.Single(second.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"{state.Port}", line);
        Assert.Contains("metadata_listen_port", line);
    }

    [Fact]
    public async Task A_store_that_is_not_one_is_refused_and_left_as_it_is()
    {
        using var state = new ApiState();
        var file = Path.Combine(state.Directory, "inventory.sqlite");
        var garbage = new string('x', 8192);
        await File.WriteAllTextAsync(file, garbage);

        var ended = await Run.FirstlightAsync("metadata-api", "--config-file", state.ConfigFile);

        Assert.Equal(65, ended.ExitCode);
        Assert.Contains(file, Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(garbage, await File.ReadAllTextAsync(file));
        Assert.Equal(["firstlight.conf", "inventory.sqlite"], global::System.IO.Directory.EnumerateFiles(state.Directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // Namespaces, links, the ruleset and the processes that are ours.
    private static async Task<string> MachineAsync()
    {
        var links = await Run.ProgramAsync("ip", "-br", "link");
        var rules = await Run.ProgramAsync("nft", "list", "ruleset");
        var names = string.Join('\n', links.Output.Split('\n').Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));
        var processes = string.Join('\n', CommandLines().Where(c => c.Contains("dnsmasq", StringComparison.Ordinal) || c.Contains("standalone", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        return string.Join("\n--\n", await NamespacesAsync(), names, rules.Output, processes);
    }

    private static async Task<string> NamespacesAsync() =>
        string.Join('\n', (await Run.ProgramAsync("ip", "netns", "list")).Output.Split('\n').Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal));

    private static string DnsmasqPids(string statePath) =>
        string.Join(' ', Processes().Where(p => p.CommandLine.Contains("dnsmasq", StringComparison.Ordinal) && p.CommandLine.Contains(statePath, StringComparison.Ordinal)).Select(p => p.Pid).Order());

    private static IEnumerable<string> CommandLines() => Processes().Select(p => p.CommandLine);

    private static IEnumerable<(int Pid, string CommandLine)> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid)) continue;
            string text;
            try
            {
                text = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
            }
            catch (IOException)
            {
                continue;
            }
            if (text.Length > 0) yield return (pid, text);
        }
    }
}
