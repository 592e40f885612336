using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

public sealed class PropertyTests
{
    [Fact]
    public void What_is_allotted_never_collides_and_applying_again_changes_nothing()
    {
        var applied = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(12), Prop.ForAll(Specs.Any.ToArbitrary(), Specs.Any.ToArbitrary(), (first, second) =>
        {
            var cloud = Cloud.Empty;
            foreach (var spec in new[] { first, second })
            {
                if (Try(cloud, spec) is not { } plan) continue;
                applied++;
                cloud = Planner.EnsureDhcpPorts(plan.Next, "host");
                if (!IsSound(cloud) || Planner.Apply(cloud, spec).HasChanges || !ReferenceEquals(cloud, Planner.EnsureDhcpPorts(cloud, "host"))) return false;
            }
            return true;
        }));
        Assert.True(applied > 150, $"only {applied} specs were sound: the property says little");
    }

    [Fact]
    public void The_store_holds_what_was_last_accepted_whatever_was_tried()
    {
        using var directory = new StoreDirectory();
        using var inventory = OwnInventory.Open(directory.File);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(10), Prop.ForAll(Specs.Any.ToArbitrary(), Gen.Choose(0, 2).ToArbitrary(), (spec, damage) =>
        {
            var before = inventory.Read();
            try
            {
                inventory.Change(c => Damage(Planner.Apply(c, spec).Next, damage));
            }
            catch (InventoryRuleException)
            {
                if (!ReferenceEquals(before, inventory.Read())) return false;
            }
            // A fresh object has nothing in memory: this is what is on disk.
            using var fresh = OwnInventory.Open(directory.File);
            var (seen, stored) = (inventory.Read(), fresh.Read());
            return Rules.Check(Cloud.Empty, stored).IsEmpty && seen.Revision == stored.Revision && Same(seen, stored);
        }));
    }

    [Fact]
    public void Looking_at_what_a_change_concerns_finds_what_looking_at_everything_does()
    {
        var (found, sound) = (0, 0);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(600).WithEndSize(12),
            Prop.ForAll(Specs.Any.ToArbitrary(), Specs.Any.ToArbitrary(), Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(0, Additions.Length - 1))).ArrayOf(2).ToArbitrary(), (first, second, additions) =>
            {
                if (Try(Cloud.Empty, first) is not { } plan) return true;
                var before = WithFloatingIp(Planner.EnsureDhcpPorts(plan.Next, "host"));
                var after = additions.Aggregate(Try(before, second)?.Next ?? before, (cloud, number) => Additions[number](cloud));
                var all = Texts(Rules.CheckAll(before, after));
                _ = all.Length > 0 ? found++ : sound++;
                return all.SequenceEqual(Texts(Rules.Check(before, after)), StringComparer.Ordinal);
            }));
        Assert.True(found > 100 && sound > 50, $"{found} changes broke a rule and {sound} did not: the property says little");

        static string[] Texts(ImmutableArray<Finding> findings) => [.. findings.Select(f => f.ToString())];
    }

    // Things that only come, most of them against a rule: of a name, a number, a MAC, an address or a prefix that another has, or of something that is not there.
    private static readonly Func<Cloud, Cloud>[] Additions =
    [
        c => c,
        c => c.Networks.Values.FirstOrDefault() is { } n ? c with { Networks = c.Networks.SetItem(Id(1), n with { Id = Id(1) }) } : c,
        c => c with { Networks = c.Networks.SetItem(Id(2), new Network { Id = Id(2), Name = "lost", ProjectId = "nobody", Mtu = 1500 }) },
        c => c.Subnets.Values.FirstOrDefault() is { } s ? c with { Subnets = c.Subnets.SetItem(Id(3), s with { Id = Id(3), Name = "twin" }) } : c,
        c => c.Subnets.Values.FirstOrDefault() is { } s ? c with { Subnets = c.Subnets.SetItem(Id(4), s with { Id = Id(4), Cidr = IPNetwork.Parse("172.16.0.0/24"), GatewayIp = null }) } : c,
        c => c.Ports.Values.FirstOrDefault() is { } p ? c with { Ports = c.Ports.SetItem(Id(5), p with { Id = Id(5), FixedIps = [] }) } : c,
        c => c.Ports.Values.FirstOrDefault(p => !p.FixedIps.IsEmpty) is { } p
            ? c with { Ports = c.Ports.SetItem(Id(6), p with { Id = Id(6), Mac = PhysicalAddress.Parse("02:00:00:00:00:06") }) } : c,
        c => c.Ports.Values.FirstOrDefault(p => p.DeviceOwner == DeviceOwners.RouterInterface) is { } p
            ? c with { Ports = c.Ports.SetItem(Id(7), p with { Id = Id(7), Mac = PhysicalAddress.Parse("02:00:00:00:00:07"), DeviceOwner = DeviceOwners.RouterGateway }) } : c,
        c => c.Ports.Values.FirstOrDefault(p => p.DeviceOwner == DeviceOwners.RouterInterface) is { FixedIps: [var ip, ..] } p ? WithLegBeside(c, p, c.Subnets[ip.SubnetId]) : c,
        c => c.Servers.Values.FirstOrDefault() is { } s ? c with { Servers = c.Servers.SetItem(Id(8), s with { Id = Id(8) }) } : c,
        c => c.Servers.Values.FirstOrDefault() is { } s ? c with { Servers = c.Servers.SetItem(Id(9), s with { Id = Id(9), Name = "other", Hostname = "-" }) } : c,
        c => c.Routers.Values.FirstOrDefault() is { } r ? c with { Routers = c.Routers.SetItem(Id(10), r with { Id = Id(10) }) } : c,
        c => c.Projects.Values.FirstOrDefault() is { } p ? c with { Projects = c.Projects.SetItem(Id(11), p with { Id = Id(11) }) } : c,
        c => c with { KeyPairs = c.KeyPairs.SetItem(("nobody", "k"), new StoredKeyPair("nobody", "k", "ssh", "")) },
        c => c with { Subnets = c.Subnets.SetItem(Id(20), new Subnet { Id = Id(20), Name = "outside-v6", NetworkId = Id(17), Cidr = IPNetwork.Parse("fd00:9::/64") }) },
        c => WithPortAt(c, c.FloatingIps.Values.First().Address),
        c => c.FloatingIps.Values.First() is var f ? c with { FloatingIps = c.FloatingIps.SetItem(Id(16), f with { Id = Id(16) }) } : c,
        c => c.Networks.Values.FirstOrDefault() is { } n ? c with { Networks = c.Networks.SetItem(n.Id, n with { Mtu = 1279 }) } : c,
        c => c.Ports.Values.FirstOrDefault() is { } p ? c with { Ports = c.Ports.Remove(p.Id) } : c,
    ];

    // A router's second leg, on a network of its own with the prefix of the first.
    private static Cloud WithLegBeside(Cloud cloud, Port leg, Subnet subnet)
    {
        var network = new Network { Id = Id(12), Name = "beside", ProjectId = cloud.Networks[subnet.NetworkId].ProjectId, Mtu = 1500 };
        var beside = subnet with { Id = Id(13), NetworkId = network.Id };
        var port = leg with { Id = Id(14), NetworkId = network.Id, FixedIps = [new FixedIp(beside.Id, leg.FixedIps[0].Address)] };
        return cloud with { Networks = cloud.Networks.SetItem(network.Id, network), Subnets = cloud.Subnets.SetItem(beside.Id, beside), Ports = cloud.Ports.SetItem(port.Id, port) };
    }

    // An outside, too narrow for IPv6, and an address of it that leads nowhere.
    private static Cloud WithFloatingIp(Cloud cloud)
    {
        var network = new Network { Id = Id(17), Name = "outside", ProjectId = cloud.Projects.Keys.First(), Mtu = 1279, External = true };
        var subnet = new Subnet { Id = Id(18), Name = "outside-v4", NetworkId = network.Id, Cidr = IPNetwork.Parse("203.0.113.0/24") };
        var floating = new FloatingIp { Id = Id(19), ProjectId = network.ProjectId, NetworkId = network.Id, SubnetId = subnet.Id, Address = IPAddress.Parse("203.0.113.7") };
        return cloud with
        {
            Networks = cloud.Networks.SetItem(network.Id, network),
            Subnets = cloud.Subnets.SetItem(subnet.Id, subnet),
            FloatingIps = cloud.FloatingIps.SetItem(floating.Id, floating),
        };
    }

    private static Cloud WithPortAt(Cloud cloud, IPAddress address)
    {
        var port = new Port
        {
            Id = Id(15),
            NetworkId = Id(17),
            ProjectId = cloud.Projects.Keys.First(),
            Mac = PhysicalAddress.Parse("02:00:00:00:00:15"),
            FixedIps = [new FixedIp(Id(18), address)],
        };
        return cloud with { Ports = cloud.Ports.SetItem(port.Id, port) };
    }

    private static string Id(int number) => $"00000000-0000-4000-8000-0000000000{number:00}";

    // Breaks the cloud behind the planner's back: 1 duplicates a MAC, 2 takes a network away from under its ports.
    private static Cloud Damage(Cloud cloud, int damage) => damage switch
    {
        1 when cloud.Ports.Values.GroupBy(p => p.NetworkId).FirstOrDefault(g => g.Count() > 1)?.ToList() is { } two =>
            cloud with { Ports = cloud.Ports.SetItem(two[0].Id, two[0] with { Mac = two[1].Mac }) },
        2 when cloud.Ports.Values.FirstOrDefault() is { } port => cloud with { Networks = cloud.Networks.Remove(port.NetworkId) },
        _ => cloud,
    };

    private static Plan? Try(Cloud cloud, CloudSpec spec)
    {
        try
        {
            return Planner.Apply(cloud, spec);
        }
        catch (InventoryRuleException)
        {
            return null;
        }
    }

    // Said again in other words than the rules have.
    private static bool IsSound(Cloud cloud)
    {
        var ports = cloud.Ports.Values.ToList();
        var ips = ports.SelectMany(p => p.FixedIps.Select(ip => (Port: p, Ip: ip, Subnet: cloud.Subnets[ip.SubnetId]))).ToList();
        return ports.DistinctBy(p => (p.NetworkId, p.Mac)).Count() == ports.Count
            && ips.DistinctBy(i => (i.Port.NetworkId, i.Ip.Address)).Count() == ips.Count
            && ips.All(i => i.Subnet.Cidr.Contains(i.Ip.Address) && i.Subnet.NetworkId == i.Port.NetworkId)
            && ips.Where(i => i.Port.DeviceOwner != DeviceOwners.RouterInterface).All(i => !i.Ip.Address.Equals(i.Subnet.GatewayIp));
    }

    private static bool Same(Cloud a, Cloud b) =>
        Equal(a.Networks, b.Networks, (x, y) => Differences.Of(x, y)) && Equal(a.Subnets, b.Subnets, (x, y) => Differences.Of(x, y))
        && Equal(a.Ports, b.Ports, (x, y) => Differences.Of(x, y)) && Equal(a.Servers, b.Servers, (x, y) => Differences.Of(x, y))
        && Equal(a.Routers, b.Routers, (x, y) => Differences.Of(x, y)) && Equal(a.Projects, b.Projects, (x, y) => Differences.Of(x, y));

    private static bool Equal<T>(ImmutableDictionary<string, T> a, ImmutableDictionary<string, T> b, Func<T, T, ImmutableArray<string>> differences) =>
        a.Count == b.Count && a.All(x => b.TryGetValue(x.Key, out var y) && differences(x.Value, y).IsEmpty);
}
