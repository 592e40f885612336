using System.Diagnostics;
using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>A metadata agent of ours beside Neutron: a Networking API on loopback, a DHCP namespace with a real haproxy, and our metadata API.</summary>
public sealed class DoctorNeutronTests : IAsyncLifetime
{
    private const string GuestAddress = "10.44.0.7";
    private readonly ApiState _api = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-test-").FullName;
    private readonly string _network = Guid.NewGuid().ToString();
    private readonly List<Process> _processes = [];
    private readonly string _management = $"127.0.0.1:{FreePort.Take()}";
    private StubNeutron _neutron = null!;

    private string Namespace => $"qdhcp-{_network}";

    private string Config => Path.Combine(_directory, "metadata_agent.ini");

    public async ValueTask InitializeAsync()
    {
        var server = await MakeServerAsync();
        var empty = Path.Combine(_directory, "neutron.json");
        await File.WriteAllTextAsync(empty, """{"ports": []}""");
        _neutron = await StubNeutron.StartAsync(empty);
        AddPort(_network, server.Id, server.ProjectId);
        await File.WriteAllTextAsync(Config, $"""
            [DEFAULT]
            state_path = {_directory}
            metadata_proxy_shared_secret = test
            nova_metadata_port = {_api.Port}
            [neutron]
            auth_type = none
            endpoint_override = {_neutron.Peer.Address()}
            [firstlight]
            management_listen = {_management}
            """);
        await DoAsync("ip", "netns", "add", Namespace);
        await DoAsync("ip", "-n", Namespace, "addr", "add", "169.254.169.254/32", "dev", "lo");
        await DoAsync("ip", "-n", Namespace, "link", "set", "lo", "up");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) End(process);
        await Run.ProgramAsync("ip", "netns", "del", Namespace);
        await _neutron.DisposeAsync();
        _api.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Each_break_between_haproxy_and_the_metadata_API_is_named()
    {
        Start(Run.StartFirstlight("metadata-api", "--config-file", _api.ConfigFile));
        var agent = Start(Run.StartFirstlight("metadata-agent", "--config-file", Config));
        var haproxy = Start(StartHaproxy());
        await Eventually.TrueAsync(async () => (await AskAsync()) is { ExitCode: 0 } run && run["agent"].State == "right", "all is right");
        var right = await AskAsync();
        Assert.Contains($"haproxy {haproxy.Id} listens", right["listener"].Seen);
        Assert.Contains($"metadata-agent {agent.Id}", right["agent"].Seen);
        Assert.Equal("right", right["vendor_data"].State);

        await BrokenPortsAsync();
        var other = Path.Combine(_directory, "other.conf");
        await File.WriteAllTextAsync(other, "[DEFAULT]\nmetadata_proxy_shared_secret = another\n");
        Assert.Equal("signature", (await AskAsync("--config-file", other)).First?.Hop);

        End(haproxy);
        Assert.Equal("listener", (await AskAsync()).First?.Hop);
        agent.Kill();
        await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        var dead = await AskAsync();
        Assert.Equal("odd", dead["agent"].State);
        Assert.Equal("socket listener", dead.Wrong);
        await DoAsync("ip", "netns", "del", Namespace);
        Assert.Contains($"none of ovnmeta-{_network}, {Namespace}", (await AskAsync())["namespace"].Seen);
        await DoAsync("ip", "netns", "add", Namespace);
    }

    private async Task BrokenPortsAsync()
    {
        var port = _neutron["ports"][0]!.AsObject();
        var device = (string?)port["device_id"];
        port["device_id"] = "";
        var nobody = await AskAsync();
        Assert.Equal("port", nobody.First?.Hop);
        Assert.Contains("no device_id", nobody.First!.Why);
        port["device_id"] = device;

        var elsewhere = Guid.NewGuid().ToString();
        AddPort(elsewhere, device!, "p");
        var twice = await DoctorRun.OfAsync(GuestAddress, "--config-file", Config);
        Assert.Equal(2, twice.ExitCode);
        Assert.Contains($"--network {_network}", twice.Error);
        Assert.Contains($"--network {elsewhere}", twice.Error);
    }

    private Task<DoctorRun> AskAsync(params string[] options) => DoctorRun.OfAsync([GuestAddress, "--network", _network, "--config-file", Config, .. options]);

    private async Task<Server> MakeServerAsync()
    {
        var cloud = Path.Combine(_api.Directory, "cloud.yaml");
        await File.WriteAllTextAsync(cloud, """
            projects: [{name: solo}]
            networks:
              - name: fen
                project: solo
                subnets: [{name: fen-v4, cidr: 10.44.0.0/24, gateway: none}]
            servers:
              - name: stork
                project: solo
                ports: [{network: fen}]
            """);
        var apply = await Run.FirstlightAsync("apply", cloud, "--config-file", _api.ConfigFile);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        using var inventory = OwnInventory.Open(Path.Combine(_api.Directory, "inventory.sqlite"));
        return Assert.Single(inventory.Read().Servers.Values);
    }

    private void AddPort(string network, string device, string project) => _neutron["ports"].Add((JsonNode)new JsonObject
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["network_id"] = network,
        ["mac_address"] = "fa:16:3e:00:44:07",
        ["device_id"] = device,
        ["device_owner"] = "compute:nova",
        ["project_id"] = project,
        ["tenant_id"] = project,
        ["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = Guid.NewGuid().ToString(), ["ip_address"] = GuestAddress }),
    });

    // As Neutron's DHCP agent configures it, as far as the doctor looks.
    private Process StartHaproxy()
    {
        var file = Path.Combine(_directory, "haproxy.cfg");
        File.WriteAllText(file, $"""
            defaults
                mode http
                timeout connect 5s
                timeout client 5s
                timeout server 5s
            listen listener
                bind 169.254.169.254:80
                http-request set-header X-Neutron-Network-ID {_network}
                server metadata {_directory}/metadata_proxy

            """);
        var start = new ProcessStartInfo("nsenter") { UseShellExecute = false };
        foreach (var argument in (string[])[$"--net=/run/netns/{Namespace}", "--", "haproxy", "-db", "-f", file]) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("nsenter is missing: ./setup installs it (util-linux)");
    }

    private Process Start(Process process)
    {
        _processes.Add(process);
        return process;
    }

    private static void End(Process process)
    {
        if (process.HasExited) return;
        process.Kill();
        process.WaitForExit();
    }

    private static async Task DoAsync(string program, params string[] arguments)
    {
        var ended = await Run.ProgramAsync(program, arguments);
        Assert.True(ended.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {ended}");
    }
}
