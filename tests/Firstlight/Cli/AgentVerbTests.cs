using System.Net;
using System.Text.Json;
using Firstlight.Cli;
using Firstlight.Cli.Verbs;
using Firstlight.Cli.Views;
using Firstlight.Management;
using Firstlight.Roles;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Tests.Cli;

/// <summary>The verbs over files in a directory of the test's own, and over a real management server.</summary>
public sealed class AgentVerbTests : IDisposable
{
    private static readonly DateTimeOffset Since = new(2026, 11, 21, 3, 15, 0, TimeSpan.Zero);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_list_shows_what_runs_with_its_state_and_the_sums_of_its_listeners()
    {
        await using var management = Management(null);
        await management.StartAsync(TestContext.Current.CancellationToken);
        using var registered = Register("host-agent", management.Endpoint!.ToString());

        var row = Assert.Single((await JsonAsync("agent list")).EnumerateArray());

        Assert.Equal(("host-agent", "compute-1", "ready"), (Text(row, "role"), Text(row, "host"), Text(row, "state")));
        Assert.Equal(Environment.ProcessId, row.GetProperty("pid").GetInt32());
        Assert.Equal("2026-11-21T03:15:00Z", Text(row, "since"));
        Assert.Equal((1, 2), (row.GetProperty("listening").GetInt32(), row.GetProperty("wanted").GetInt32()));
        Assert.Equal((4, 1012), (row.GetProperty("connections").GetInt64(), row.GetProperty("requests").GetInt64()));
    }

    [Fact]
    public async Task A_role_that_is_not_ready_says_why_and_one_that_is_silent_is_shown_all_the_same()
    {
        await using (var management = Management("host: the first turn has not ended"))
        {
            await management.StartAsync(TestContext.Current.CancellationToken);
            using var registered = Register("standalone", management.Endpoint!.ToString());
            var row = Assert.Single((await JsonAsync("agent list")).EnumerateArray());
            Assert.Equal(("not ready", "host: the first turn has not ended"), (Text(row, "state"), Text(row, "problem")));
        }

        // Port 1 of loopback: nothing listens there.
        using (Register("standalone", "127.0.0.1:1"))
        {
            var row = Assert.Single((await JsonAsync("agent list")).EnumerateArray());
            Assert.Equal(("not answering", JsonValueKind.Null), (Text(row, "state"), row.GetProperty("requests").ValueKind));
        }

        using (Register("metadata-api", null)) Assert.Equal("unknown", Text(Assert.Single((await JsonAsync("agent list")).EnumerateArray()), "state"));
    }

    [Fact]
    public async Task Show_lists_the_listeners_by_role_and_by_pid()
    {
        await using var management = Management(null);
        await management.StartAsync(TestContext.Current.CancellationToken);
        using var registered = Register("host-agent", management.Endpoint!.ToString());

        var detail = await JsonAsync("agent show host-agent");
        var table = await GoodAsync($"agent show {Environment.ProcessId}");

        Assert.Equal(["169.254.169.254", "::"], detail.GetProperty("listeners").EnumerateArray().Select(l => Text(l, "address")));
        Assert.Contains(table.Split('\n'), line => line.StartsWith("network", StringComparison.Ordinal) && line.Contains("169.254.169.254", StringComparison.Ordinal));
        Assert.Contains(table.Split('\n'), line => line.EndsWith("no such namespace", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Networks_that_fail_are_told_by_agent_show_and_by_network_show()
    {
        await using var management = Management(null);
        await management.StartAsync(TestContext.Current.CancellationToken);
        using var registered = Register("host-agent", management.Endpoint!.ToString());

        var table = await GoodAsync("agent show host-agent");
        Assert.Contains("7 networks and routers in order, 0 still to be looked at", table, StringComparison.Ordinal);
        Assert.Contains(table.Split('\n'), line => line.StartsWith("network  n2 ", StringComparison.Ordinal) && line.EndsWith("its uplink eth1 is not there", StringComparison.Ordinal));

        var agent = (await JsonAsync("agent show host-agent")).GetProperty("networks").Deserialize(ViewJson.Default.HostNetworksView);
        Assert.Equal("fails since 2026-11-21T03:20:00Z (4 attempts): its uplink eth1 is not there", OnThisHost.Of(agent, "n2"));
        Assert.Equal("in order", OnThisHost.Of(agent, "n1"));
        Assert.StartsWith("nobody keeps it", OnThisHost.Of(networks: null, "n1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_refuses_what_does_not_run_and_what_is_meant_by_two()
    {
        using var one = Register("host-agent", null);
        using var child = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            using var two = new RunDirectory(Run).Register(
                AgentRegistration.OfThisProcess("host-agent", "compute-1", null, Since) with { Pid = child.Id, StartTime = Firstlight.Lifetime.ProcessStart.Of(child.Id)! });

            Assert.Contains("no running role is 'standalone'", await RefusedAsync("agent show standalone"), StringComparison.Ordinal);
            Assert.Contains("2 roles are 'host-agent'", await RefusedAsync("agent show host-agent"), StringComparison.Ordinal);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public async Task Files_of_roles_that_ended_or_whose_pid_is_another_process_now_are_cleared_away()
    {
        using var child = System.Diagnostics.Process.Start("true");
        child.WaitForExit();
        var directory = new RunDirectory(Run);
        var mine = AgentRegistration.OfThisProcess("host-agent", "compute-1", null, Since);
        directory.Register(mine with { Pid = child.Id });
        directory.Register(mine with { StartTime = "1" });
        File.WriteAllText(Path.Combine(Run, "torn.json"), "{\"role\":");

        Assert.Empty((await JsonAsync("agent list")).EnumerateArray());
        Assert.Equal("torn.json", Path.GetFileName(Assert.Single(Directory.GetFiles(Run))));
    }

    [Fact]
    public void A_registration_is_gone_when_its_role_ends()
    {
        using (Register("host-agent", null)) Assert.Single(Directory.GetFiles(Run));
        Assert.Empty(Directory.GetFiles(Run));
    }

    private string Run => Path.Combine(_directory.Path, "agents");

    private IDisposable Register(string role, string? management) => new RunDirectory(Run).Register(AgentRegistration.OfThisProcess(role, "compute-1", management, Since));

    private static ManagementServer Management(string? problem) => new(
        new IPEndPoint(IPAddress.Loopback, 0),
        problem is null ? [] : [new ReadinessCheck("host", _ => ValueTask.FromResult<string?>(problem["host: ".Length..]))],
        json => json.WriteRawValue("""
            {"infected_threads": 0, "fetches": [], "listeners": [
              {"scope": "network", "scope_id": "n1", "address": "169.254.169.254", "port": 80, "namespace": "/run/netns/qdhcp-n1", "state": "Listening", "problem": null, "connections": 4, "requests": 1000},
              {"scope": "router", "scope_id": "r1", "address": "::", "port": 9697, "namespace": "/run/netns/qrouter-r1", "state": "NamespaceMissing", "problem": "no such namespace", "connections": 0, "requests": 12}],
              "networks": {"state_path": "/srv/firstlight", "in_order": 7, "outstanding": 0, "failing": [
                {"kind": "network", "id": "n2", "reason": "its uplink eth1 is not there", "since": "2026-11-21T03:20:00Z", "attempts": 4, "retry_at": "2026-11-21T03:21:00Z"}]}}
            """),
        NullLoggerFactory.Instance);

    private Task<(int Code, string Output, string Error)> RunAsync(string line) => ProgramRun.RunAsync(
        [.. line.Split(' '), "--config-file", _directory.Write("f.conf", $"[DEFAULT]\nmetadata_proxy_shared_secret = secret\n[firstlight]\nrun_directory = {Run}\n")]);

    private async Task<string> GoodAsync(string line)
    {
        var (code, output, error) = await RunAsync(line);
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        return output;
    }

    private async Task<JsonElement> JsonAsync(string line) => JsonDocument.Parse(await GoodAsync($"{line} -o json")).RootElement;

    private async Task<string> RefusedAsync(string line)
    {
        var (code, output, error) = await RunAsync(line);
        Assert.Equal((ExitCodes.Refused, ""), (code, output));
        return error;
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
