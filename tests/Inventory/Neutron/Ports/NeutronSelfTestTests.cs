using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Neutron.Ports;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

public sealed class NeutronSelfTestTests : IAsyncLifetime
{
    private const string Lab = "ca17d50f6ac049928cc2fb2217dab93b";
    private PortCloud _cloud = null!;
    private StubKeystone _keystone = null!;

    public async ValueTask InitializeAsync()
    {
        _cloud = await PortCloud.StartAsync();
        _keystone = await StubKeystone.StartAsync();
        _keystone.Project = Lab;
        _keystone.Catalog =
        [
            JsonNode.Parse($$"""{"type": "network", "endpoints": [{"interface": "public", "region": "one", "url": "{{_cloud.Neutron.Peer.Address()}}"}]}"""),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _keystone.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task Without_authentication_an_answer_is_enough()
    {
        Assert.Equal(NeutronSelfTestOutcome.Ok, (await _cloud.Directory.CheckAsync(CancellationToken.None)).Outcome);
        Assert.Equal(1, _cloud.Requests);
    }

    [Fact]
    public async Task Who_sees_the_ports_of_others_sees_enough() => await CheckAsync(NeutronSelfTestOutcome.Ok, "the account sees the ports of all projects");

    [Fact]
    public async Task Who_sees_its_own_ports_alone_is_told_which_role_to_have()
    {
        _cloud.Neutron.VisibleProject = Lab;
        _keystone.Roles = ["member", "reader"];
        await CheckAsync(
            NeutronSelfTestOutcome.CannotSeeOtherProjects,
            "the account sees only its own project's ports (its roles: member, reader): give it the role admin or service (advsvc before 2023.2)");
    }

    [Fact]
    public async Task An_administrator_of_a_cloud_with_one_project_sees_enough()
    {
        Others().ForEach(port => _cloud.Neutron["ports"].Remove(port));
        Agents("[]");
        await CheckAsync(NeutronSelfTestOutcome.Ok, "the account may do what only an administrator may; no other project has ports");
    }

    [Fact]
    public async Task A_service_of_a_cloud_with_one_project_proves_nothing()
    {
        Others().ForEach(port => _cloud.Neutron["ports"].Remove(port));
        _keystone.Roles = ["service"];
        await CheckAsync(
            NeutronSelfTestOutcome.Unproven,
            "the account sees only its own project's ports (its roles: service): either no other project has ports, or Neutron's policy hides them");
    }

    [Fact]
    public async Task An_empty_cloud_proves_nothing()
    {
        _cloud.Neutron["ports"].Clear();
        await CheckAsync(
            NeutronSelfTestOutcome.Unproven,
            "the account sees no ports: either there are none, or it sees only its own project's; if guests are answered 404, give it the role admin or service (advsvc before 2023.2)");
    }

    [Fact]
    public async Task A_token_of_the_whole_system_belongs_to_no_project()
    {
        _keystone.Project = null;
        await CheckAsync(NeutronSelfTestOutcome.Ok, "the account sees the ports of all projects");
    }

    [Fact]
    public async Task A_refused_account_is_told_apart_from_a_service_that_is_away()
    {
        using (var wrong = new KeystoneSession(_keystone.Account with { Password = "wrong" }, TimeProvider.System))
        {
            var refused = await _cloud.Open(session: wrong).CheckAsync(CancellationToken.None);
            Assert.Equal(NeutronSelfTestOutcome.Refused, refused.Outcome);
            Assert.Contains("answers 401 to Password of nova", refused.Line, StringComparison.Ordinal);
        }

        _cloud.Neutron.Peer.Answer = (context, _) => Task.Run(() => context.Response.StatusCode = 403);
        await CheckAsync(
            NeutronSelfTestOutcome.Refused, "Neutron answers 403 to /ports: the account of [neutron] is refused; check its name, password, project and domains");

        _cloud.Neutron.Peer.Answer = (context, _) => context.Response.WriteAsync("nonsense");
        Assert.Equal(NeutronSelfTestOutcome.Unreachable, (await CheckAsync()).Outcome);
        await _keystone.Peer.DisposeAsync();
        Assert.Equal(NeutronSelfTestOutcome.Unreachable, (await CheckAsync()).Outcome);
    }

    [Fact]
    public async Task Agents_are_listed_with_what_they_tell_of_themselves()
    {
        Agents(
            """
            [{"id": "03e3f7d6-cafd-40a9-b4d1-f1c7570c85ed", "agent_type": "Metadata agent", "binary": "neutron-metadata-agent", "topic": "N/A", "host": "lab-node",
              "admin_state_up": true, "created_at": "2026-11-21 02:42:48", "started_at": "2026-11-21 02:42:48", "heartbeat_timestamp": "2026-11-21 02:51:48.5",
              "description": null, "alive": true, "configurations": {"nova_metadata_port": 8775}},
             {"id": "13e3f7d6-cafd-40a9-b4d1-f1c7570c85ed", "agent_type": "DHCP agent", "binary": "neutron-dhcp-agent", "host": "other", "admin_state_up": false,
              "started_at": null, "heartbeat_timestamp": "some day", "alive": false}]
            """);
        var agents = await _cloud.Neutron.Client().AgentsAsync(NeutronQuery.All, CancellationToken.None);
        Assert.Equal(
            [
                new NeutronAgent(
                    "03e3f7d6-cafd-40a9-b4d1-f1c7570c85ed", "Metadata agent", "neutron-metadata-agent", "lab-node", IsAlive: true, IsAdminStateUp: true,
                    new DateTimeOffset(2026, 11, 21, 2, 51, 48, 500, TimeSpan.Zero), new DateTimeOffset(2026, 11, 21, 2, 42, 48, TimeSpan.Zero), "{\"nova_metadata_port\":8775}"),
                new NeutronAgent("13e3f7d6-cafd-40a9-b4d1-f1c7570c85ed", "DHCP agent", "neutron-dhcp-agent", "other", IsAlive: false, IsAdminStateUp: false, null, null, ""),
            ],
            agents);

        var one = await _cloud.Neutron.Client().AgentsAsync(NeutronQuery.All.Where("agent_type", "DHCP agent"), CancellationToken.None);
        Assert.Equal("other", Assert.Single(one).Host);
    }

    private List<JsonNode?> Others() => [.. _cloud.Neutron["ports"].Where(port => (string?)port!["project_id"] != Lab)];

    private void Agents(string agents) => _cloud.Neutron.Add("agents", JsonNode.Parse(agents)!.AsArray());

    private async Task<NeutronSelfTest> CheckAsync()
    {
        using var session = new KeystoneSession(_keystone.Account, TimeProvider.System);
        return await _cloud.Open(session: session).CheckAsync(CancellationToken.None);
    }

    private async Task CheckAsync(NeutronSelfTestOutcome outcome, string line) => Assert.Equal(new NeutronSelfTest(outcome, line), await CheckAsync());
}
