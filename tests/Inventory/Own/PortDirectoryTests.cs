using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Inventory.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Tests.Own;

public sealed class PortDirectoryTests : IDisposable
{
    private const string TwoNetworks = """
        networks:
          - {name: red, project: p, subnets: [{name: red-a, cidr: 10.1.0.0/24}, {name: red-b, cidr: 10.2.0.0/24}]}
          - {name: green, project: p, subnets: [{name: green-a, cidr: 10.3.0.0/24}, {name: green-b, cidr: 10.2.0.0/24}]}
        routers:
          - {name: r, project: p, interfaces: [red-a, green-a]}
          - {name: lonely, project: p}
        servers:
          - name: both
            project: p
            ports:
              - {network: red, fixed_ips: [10.2.0.7], mac: "fa:16:3e:00:00:07"}
              - {network: green, fixed_ips: [10.2.0.7], mac: "fa:16:3e:00:00:08"}
          - {name: one, project: p, ports: [{network: red, fixed_ips: [10.1.0.9]}]}
        ports:
          - {name: idle, network: red, fixed_ips: [10.1.0.77]}
        """;

    private readonly StoreDirectory _directory = new();
    private readonly OwnInventory _inventory;
    private readonly Cloud _cloud;

    public PortDirectoryTests()
    {
        _inventory = OwnInventory.Open(_directory.File);
        _cloud = _inventory.Change(c => Clouds.Apply(c, TwoNetworks));
    }

    public void Dispose()
    {
        _inventory.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_port_is_found_by_network_and_address()
    {
        var lookup = await Find(ScopeKind.Network, Id("red"), "10.1.0.9");
        Assert.Equal(PortOutcome.Found, lookup.Outcome);
        Assert.Equal(_cloud.Server("one").Id, lookup.Port!.InstanceId.Value);
        Assert.Equal(_cloud.PortOf("one").Id, lookup.Port.PortId);
        Assert.Equal(_cloud.Projects.Keys.Single(), lookup.Port.ProjectId.Value);
        Assert.Equal(Id("red"), lookup.Port.NetworkId);
    }

    [Fact]
    public async Task A_port_is_found_by_router_and_address()
    {
        var lookup = await Find(ScopeKind.Router, _cloud.Router("r").Id, "10.1.0.9");
        Assert.Equal(_cloud.Server("one").Id, lookup.Port!.InstanceId.Value);
    }

    [Fact]
    public async Task An_address_of_two_networks_of_a_router_is_ambiguous_even_for_one_server()
    {
        var lookup = await Find(ScopeKind.Router, _cloud.Router("r").Id, "10.2.0.7");
        Assert.Equal((PortOutcome.Ambiguous, null), (lookup.Outcome, lookup.Port));
    }

    [Fact]
    public async Task A_router_without_interfaces_finds_nobody()
    {
        Assert.Equal(PortOutcome.Unknown, (await Find(ScopeKind.Router, _cloud.Router("lonely").Id, "10.1.0.9")).Outcome);
        Assert.Equal(PortOutcome.Unknown, (await Find(ScopeKind.Router, "no-such-router", "10.1.0.9")).Outcome);
    }

    [Theory]
    [InlineData("green", "10.1.0.9")]
    [InlineData("red", "10.1.0.10")]
    [InlineData("red", "10.1.0.77")]
    public async Task Foreign_unused_and_idle_addresses_are_unknown(string network, string address)
    {
        Assert.Equal(PortOutcome.Unknown, (await Find(ScopeKind.Network, Id(network), address)).Outcome);
    }

    [Fact]
    public async Task With_a_mac_the_address_does_not_count()
    {
        var byMac = await _inventory.Ports.FindAsync(Clouds.ByMac(ScopeKind.Network, Id("green"), "fa:16:3e:00:00:08"), default);
        Assert.Equal(_cloud.Server("both").Id, byMac.Port!.InstanceId.Value);
        var wrongMac = Clouds.ByAddress(ScopeKind.Network, Id("red"), "10.1.0.9") with { Mac = System.Net.NetworkInformation.PhysicalAddress.Parse("fa:16:3e:99:99:99") };
        Assert.Equal(PortOutcome.Unknown, (await _inventory.Ports.FindAsync(wrongMac, default)).Outcome);
    }

    [Fact]
    public async Task A_port_of_another_process_made_a_moment_ago_is_found_at_once()
    {
        await Find(ScopeKind.Network, Id("red"), "10.1.0.9");
        using var other = OwnInventory.Open(_directory.File);
        for (var i = 20; i < 40; i++)
        {
            other.Change(c => Clouds.Apply(c, $"servers: [{{name: late{i}, project: p, ports: [{{network: red, fixed_ips: [10.1.0.{i}]}}]}}]"));
            Assert.Equal(PortOutcome.Found, (await Find(ScopeKind.Network, Id("red"), $"10.1.0.{i}")).Outcome);
        }
    }

    [Fact]
    public async Task A_port_deleted_by_this_process_is_unknown_at_once()
    {
        await Find(ScopeKind.Network, Id("red"), "10.1.0.9");
        _inventory.Change(c => Planner.Delete(c, ResourceKind.Server, "one", null).Next);
        Assert.Equal(PortOutcome.Unknown, (await Find(ScopeKind.Network, Id("red"), "10.1.0.9")).Outcome);
    }

    [Fact]
    public async Task A_port_deleted_by_another_process_is_unknown_soon()
    {
        await Find(ScopeKind.Network, Id("red"), "10.1.0.9");
        using var other = OwnInventory.Open(_directory.File);
        other.Change(c => Planner.Delete(c, ResourceKind.Server, "one", null).Next);
        await Wait.UntilAsync(async () => (await Find(ScopeKind.Network, Id("red"), "10.1.0.9")).Outcome == PortOutcome.Unknown, "the deletion is seen");
    }

    [Fact]
    public async Task Hits_are_answered_from_memory_while_the_store_cannot_be_asked_and_misses_say_so()
    {
        await Find(ScopeKind.Network, Id("red"), "10.1.0.9");
        using (var connection = new SqliteConnection($"Data Source={_directory.File};Pooling=False"))
        {
            connection.Open();
            Statement.Run(connection, "ALTER TABLE store RENAME TO hidden");
        }
        Assert.Equal(PortOutcome.Found, (await Find(ScopeKind.Network, Id("red"), "10.1.0.9")).Outcome);
        await Assert.ThrowsAsync<InventoryBrokenException>(() => Find(ScopeKind.Network, Id("red"), "10.1.0.200"));
        Assert.Equal(PortOutcome.Found, (await Find(ScopeKind.Network, Id("red"), "10.1.0.9")).Outcome);
    }

    [Fact]
    public async Task A_hit_completes_at_once_and_allocates_nothing()
    {
        var query = Clouds.ByAddress(ScopeKind.Router, _cloud.Router("r").Id, "10.1.0.9");
        var ports = _inventory.Ports;
        await ports.FindAsync(query, default);
        for (var i = 0; i < 1000; i++) Assert.True(IsDone(ports.FindAsync(query, default)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) IsDone(ports.FindAsync(query, default));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static bool IsDone(ValueTask<PortLookup> lookup) => lookup.IsCompletedSuccessfully;

    private string Id(string network) => _cloud.Network(network).Id;

    private Task<PortLookup> Find(ScopeKind kind, string id, string address) =>
        _inventory.Ports.FindAsync(Clouds.ByAddress(kind, id, address), TestContext.Current.CancellationToken).AsTask();
}
