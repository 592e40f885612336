using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Firstlight.System.Tests;

/// <summary>The program as a metadata agent beside a Neutron and a Keystone on loopback, asked as Neutron's haproxies ask.</summary>
public sealed class MetadataAgentTests : IAsyncLifetime
{
    private const string Network = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    private const string Instance = "e43099e8-148b-52fe-87c3-280fa99d9a7f";
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-test-").FullName;
    private readonly int _keystonePort = FreePort.Take();
    private readonly string _management = $"127.0.0.1:{FreePort.Take()}";
    private readonly HttpClient _client = new();
    private StubNeutron _neutron = null!;
    private HttpPeer _nova = null!;
    private Process? _agent;

    private UnixDomainSocketEndPoint Proxies => new(Path.Combine(_directory, "metadata_proxy"));

    public async ValueTask InitializeAsync()
    {
        var ports = Path.Combine(_directory, "neutron.json");
        await File.WriteAllTextAsync(ports, $$"""
            {"ports": [{"id": "0d0a9e3c-2f0b-4b6e-9d5c-7a3c1a1f0001", "network_id": "{{Network}}", "mac_address": "fa:16:3e:00:00:01", "device_id": "{{Instance}}",
              "device_owner": "compute:nova", "project_id": "guests", "fixed_ips": [{"ip_address": "10.0.0.70"}]}]}
            """);
        _neutron = await StubNeutron.StartAsync(ports);
        _nova = await HttpPeer.StartAsync((context, _) => context.Response.WriteAsync($"for {context.Request.Headers["X-Instance-ID"]} of {context.Request.Headers["X-Tenant-ID"]}"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "metadata_agent.ini"), $"""
            [DEFAULT]
            state_path = {_directory}
            metadata_proxy_shared_secret = test
            nova_metadata_port = {_nova.Port}
            [neutron]
            auth_type = password
            auth_url = http://127.0.0.1:{_keystonePort}/identity
            username = nova
            user_domain_name = Default
            password = {StubKeystone.Password}
            project_name = service
            project_domain_id = default
            [firstlight]
            management_listen = {_management}
            """);
        _agent = Run.StartFirstlight("metadata-agent", "--config-file", Path.Combine(_directory, "metadata_agent.ini"));
        // Nobody reads what it says.
        _agent.BeginOutputReadLine();
        _agent.BeginErrorReadLine();
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is { HasExited: false })
        {
            _agent.Kill();
            await _agent.WaitForExitAsync();
        }

        _client.Dispose();
        await _neutron.DisposeAsync();
        await _nova.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Keystone_that_is_down_at_the_start_is_named_and_guests_are_told_to_come_back_until_it_is_up()
    {
        await Eventually.TrueAsync(async () => (await ReadyAsync()).Contains($"Keystone at 127.0.0.1:{_keystonePort}", StringComparison.Ordinal), "the agent says that Keystone is away");
        var early = await AskAsync();
        Assert.Equal((503, "1"), (early.Status, early["Retry-After"]));

        await using var keystone = await KeystoneAsync();

        await Eventually.TrueAsync(async () => await ReadyAsync() == "ready", "the agent is ready");
        Assert.Equal($"for {Instance} of guests", (await AskAsync()).Text);
    }

    [Fact]
    public async Task Account_that_sees_its_own_ports_alone_is_named_at_the_start()
    {
        _neutron.VisibleProject = "service-project";
        _neutron["ports"].Add((JsonNode)new JsonObject
        {
            ["id"] = "0d0a9e3c-2f0b-4b6e-9d5c-7a3c1a1f0002",
            ["network_id"] = Network,
            ["device_owner"] = "network:dhcp",
            ["project_id"] = "service-project",
            ["fixed_ips"] = new JsonArray(),
        });
        await using var keystone = await KeystoneAsync();

        await Eventually.TrueAsync(
            async () => (await ReadyAsync()).Contains("the account sees only its own project's ports (its roles: member): give it the role admin or service", StringComparison.Ordinal),
            "the agent says which role the account lacks");
        Assert.Equal(404, (await AskAsync()).Status);
    }

    private async Task<StubKeystone> KeystoneAsync()
    {
        var keystone = await StubKeystone.StartAsync(_keystonePort);
        keystone.Project = "service-project";
        keystone.Roles = ["member"];
        keystone.Catalog = [new JsonObject { ["type"] = "network", ["endpoints"] = new JsonArray(new JsonObject { ["interface"] = "internal", ["region"] = "one", ["url"] = _neutron.Peer.Address().ToString() }) }];
        return keystone;
    }

    private Task<RawResponse> AskAsync() => RawHttp.SendAsync(Proxies, "GET", "/openstack", [("X-Neutron-Network-ID", Network), ("X-Forwarded-For", "10.0.0.70")]);

    // "" until it can be asked.
    private async Task<string> ReadyAsync()
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri($"http://{_management}/readyz"));
            return (await answer.Content.ReadAsStringAsync()).Trim();
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
