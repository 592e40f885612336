using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Own;

public sealed class ChangeTests : IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly OwnInventory _inventory;

    public ChangeTests() => _inventory = OwnInventory.Open(_directory.File);

    public void Dispose()
    {
        _inventory.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Server_numbers_count_up_and_never_come_back()
    {
        Add("a");
        Add("b");
        Assert.Equal(1, _inventory.Read().Server("a").Number);
        _inventory.Change(c => Planner.Delete(c, ResourceKind.Server, "b", null).Next);
        Add("c");
        Assert.Equal(3, _inventory.Read().Server("c").Number);
    }

    [Fact]
    public void A_number_that_was_asked_for_is_kept_and_counting_goes_on_after_it()
    {
        _inventory.Change(c => Clouds.Apply(c, "servers: [{name: a, project: p, number: 41}]"));
        Add("b");
        Assert.Equal(41, _inventory.Read().Server("a").Number);
        Assert.Equal(42, _inventory.Read().Server("b").Number);
    }

    [Fact]
    public void A_changed_server_keeps_its_number()
    {
        Add("a");
        _inventory.Change(c => Clouds.Apply(c, "servers: [{name: a, project: p, flavor: m1.large}]"));
        Assert.Equal((1, "m1.large"), (_inventory.Read().Server("a").Number, _inventory.Read().Server("a").FlavorName));
    }

    [Fact]
    public void A_change_that_changes_nothing_keeps_the_revision()
    {
        var first = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        Assert.Equal(first.Revision, _inventory.Change(c => Clouds.Apply(c, Clouds.Blue)).Revision);
        Assert.Equal(first.Revision, _inventory.Change(c => c with { Ports = c.Ports.ToDictionary().ToImmutableCopy() }).Revision);
    }

    [Fact]
    public void A_broken_rule_changes_nothing()
    {
        _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        _inventory.Dispose();
        var hash = _directory.Hash();

        using (var inventory = OwnInventory.Open(_directory.File))
        {
            var broken = Clouds.Broken(() => inventory.Change(c =>
            {
                var port = c.PortOf("web");
                return c with { Ports = c.Ports.SetItem(port.Id, port with { FixedIps = [new FixedIp(c.Subnet("blue-v4").Id, IPAddress.Parse("10.0.1.5"))] }) };
            }));
            Assert.Equal(["10.0.1.5 is not a host address of 10.0.0.0/24 (subnet blue-v4)"], broken.Select(b => b[(b.IndexOf("fixed_ips: ", StringComparison.Ordinal) + 11)..]));
            Assert.Equal(1, inventory.Read().Revision);
        }
        Assert.Equal(hash, _directory.Hash());
    }

    [Fact]
    public void An_exception_of_the_edit_reaches_the_caller_and_changes_nothing()
    {
        Assert.Throws<DivideByZeroException>(() => _inventory.Change(_ => throw new DivideByZeroException()));
        Assert.Equal(0, _inventory.Read().Revision);
        Add("a");
    }

    [Fact]
    public void A_change_inside_a_change_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => _inventory.Change(_ => _inventory.Change(c => c)));
    }

    [Fact]
    public void Two_ports_may_exchange_their_addresses_in_one_change()
    {
        _inventory.Change(c => Clouds.Apply(c, """
            networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24}]}]
            ports:
              - {name: one, network: n, mac: "fa:16:3e:00:00:01", fixed_ips: [10.0.0.11]}
              - {name: two, network: n, mac: "fa:16:3e:00:00:02", fixed_ips: [10.0.0.12]}
            """));
        var after = _inventory.Change(c => Clouds.Apply(c, """
            ports:
              - {name: one, network: n, mac: "fa:16:3e:00:00:02", fixed_ips: [10.0.0.12]}
              - {name: two, network: n, mac: "fa:16:3e:00:00:01", fixed_ips: [10.0.0.11]}
            """));
        Assert.Equal("10.0.0.12", after.Ports.Values.Single(p => p.Name == "one").FixedIps[0].Address.ToString());
        using var again = OwnInventory.Open(_directory.File);
        Assert.Equal("10.0.0.11", again.Read().Ports.Values.Single(p => p.Name == "two").FixedIps[0].Address.ToString());
    }

    [Fact]
    public void Everything_can_be_deleted_again()
    {
        _inventory.Change(c => Planner.EnsureDhcpPorts(Clouds.Apply(c, Clouds.Blue), "host"));
        _inventory.Change(_ => Cloud.Empty);
        var read = _inventory.Read();
        Assert.Equal((0, 0, 0, 0, 0, 0), (read.Projects.Count, read.Networks.Count, read.Subnets.Count, read.Routers.Count, read.Ports.Count, read.Servers.Count));
    }

    [Fact]
    public void Changes_of_many_threads_are_all_kept()
    {
        Parallel.For(0, 20, i => Add($"s{i}"));
        var read = _inventory.Read();
        Assert.Equal(20, read.Servers.Count);
        Assert.Equal(20, read.Revision);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), read.Servers.Values.Select(s => s.Number).Order());
    }

    private void Add(string name) => _inventory.Change(c => Clouds.Apply(c, $"servers: [{{name: {name}, project: p}}]"));
}

internal static class Copies
{
    public static System.Collections.Immutable.ImmutableDictionary<string, Port> ToImmutableCopy(this Dictionary<string, Port> ports) =>
        System.Collections.Immutable.ImmutableDictionary.CreateRange(ports.Select(p => KeyValuePair.Create(p.Key, p.Value with { FixedIps = [.. p.Value.FixedIps] })));
}
