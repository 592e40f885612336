using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Wishes applied by a program that has nothing in memory, which reads what they can have to do with: they must end as if it had read everything.</summary>
public sealed class SurroundingsTests : IDisposable
{
    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_wish_planned_from_a_part_of_the_cloud_ends_as_if_planned_from_all_of_it()
    {
        var (parts, refused) = (0, 0);
        using var running = OwnInventory.Open(_directory.File);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(10), Prop.ForAll(Specs.Any.ToArbitrary(), Ways.ToArbitrary(), (spec, way) =>
        {
            running.Change(cloud => Start(cloud, way.Start));
            var (before, wish) = (running.Read(), way.Part(spec));
            var expected = Planned(before, wish);
            var (stored, usedPart) = Applied(wish);

            Assert.Equal(expected is null, stored is null);
            if (stored is null) refused++;
            if (usedPart) parts++;
            Assert.Equal(Lines(expected ?? before), Lines(_directory.Fresh(inventory => inventory.Read())));
            Assert.Empty(Rules.CheckAll(Cloud.Empty, running.Read()));
        }));
        Assert.True(parts > 60 && refused > 10, $"{parts} wishes were planned from a part and {refused} refused: the property says little");
    }

    [Theory]
    [InlineData("networks: [{name: more, project: p, subnets: [{name: more-v4, cidr: 10.2.0.0/24}]}]\nservers: [{name: s, project: p, ports: [{network: more}]}]")]
    [InlineData("servers: [{name: new, project: p, keypair: ops, ports: [{network: red}, {network: blue}]}]")]
    [InlineData("servers: [{name: bare, project: p}, {name: new, project: other, ports: [{network: red}]}]")]
    [InlineData("servers: [{name: bare, project: p, ports: [{network: red}]}]")]
    [InlineData("servers: [{name: both, project: p, ports: [{network: blue}, {network: red}, {network: red}]}]")]
    [InlineData("servers: [{name: new, project: p, ports: [{network: 10000000-0000-4000-8000-000000000003}]}]")]
    [InlineData("ports: [{name: vip, network: red, project: p}, {name: extra, network: blue, server: 20000000000040008000000000000004}]")]
    [InlineData("ports: [{name: second, network: red, server: web}]")]
    [InlineData("servers: [{name: new, project: p, ports: [{network: blue, mac: 'fa:16:3e:00:00:01'}]}]")]
    [InlineData("subnets: [{name: blue-v6, network: blue, cidr: 'fd00::/64'}]")]
    [InlineData("keypairs: [{name: dev, project: p, public_key: ssh-ed25519 BBBB}]\nprojects: [{name: fresh}]")]
    public void What_only_comes_is_planned_from_a_part(string wish)
    {
        _directory.Fresh(inventory => inventory.Change(c => Known(Clouds.Apply(c, CloudEdits.Yaml))));
        var expected = Planned(_directory.Fresh(inventory => inventory.Read()), Clouds.Spec(wish));
        var (stored, usedPart) = Applied(Clouds.Spec(wish));

        Assert.True(usedPart && stored is not null);
        Assert.Equal(Lines(expected!), Lines(stored!));
        Assert.Empty(Rules.CheckAll(Cloud.Empty, stored!));
    }

    [Theory]
    [InlineData("networks: [{name: blue, project: p, mtu: 1400}]")]
    [InlineData("subnets: [{name: red-v4, network: red, cidr: 10.1.0.0/24, dns_nameservers: [9.9.9.9]}]")]
    [InlineData("servers: [{name: web, project: p, metadata: {a: b}}]")]
    [InlineData("servers: [{name: web, project: p, availability_zone: other}]")]
    [InlineData("servers: [{name: both, project: p, ports: [{network: red}, {network: blue}]}]")]
    [InlineData("keypairs: [{name: ops, project: p, public_key: ssh-ed25519 BBBB}]")]
    [InlineData("projects: [{name: p, id: p}]")]
    [InlineData("routers: [{name: more, project: p}]")]
    [InlineData("floating_ips: [{network: ext, project: p, address: 203.0.113.9}]")]
    [InlineData("ports: [{name: outside, network: ext, project: p}]")]
    [InlineData("ports: [{name: outside, network: ext, project: p, fixed_ips: [{address: 203.0.113.3}]}]")]
    [InlineData("networks: [{name: out, project: p, external: true, uplink: eth7}]")]
    [InlineData("networks: [{name: other, id: 10000000-0000-4000-8000-000000000003, project: p}]")]
    [InlineData("subnets: [{name: twin, network: red, cidr: 10.1.0.128/25}]")]
    [InlineData("servers: [{name: new, id: 20000000-0000-4000-8000-000000000001, project: q}]")]
    [InlineData("servers: [{name: new, project: p, number: 2}]")]
    [InlineData("servers: [{name: new, project: p, keypair: none}]")]
    [InlineData("servers: [{name: new, project: p, ports: [{network: nowhere}]}]")]
    [InlineData("servers: [{name: new, project: p, ports: [{id: ffffffff-0000-4000-8000-000000000001, network: red, fixed_ips: [{address: 10.1.0.2}]}]}]")]
    [InlineData("servers: [{name: new, project: p, ports: [{id: ffffffff-0000-4000-8000-000000000001, network: red, mac: 'fa:16:3e:00:00:01'}]}]")]
    [InlineData("ports: [{name: vip, network: red, server: nobody}]")]
    public void What_needs_the_whole_cloud_is_planned_from_it(string wish)
    {
        _directory.Fresh(inventory => inventory.Change(c => Known(Clouds.Apply(c, CloudEdits.Yaml))));
        var before = _directory.Fresh(inventory => inventory.Read());
        var expected = Planned(before, Clouds.Spec(wish));
        var (stored, usedPart) = Applied(Clouds.Spec(wish));

        Assert.False(usedPart);
        Assert.Equal(expected is null, stored is null);
        if (stored is null) Assert.Equal(Refusal(before, Clouds.Spec(wish)), Assert.Throws<InventoryRuleException>(() => _directory.Fresh(inventory => inventory.Apply(Clouds.Spec(wish)))).Message);
        Assert.Equal(Lines(expected ?? before), Lines(_directory.Fresh(inventory => inventory.Read())));
    }

    [Fact]
    public void A_MAC_given_out_by_chance_that_a_port_elsewhere_has_is_given_out_again()
    {
        _directory.Fresh(inventory => inventory.Change(c => Known(Clouds.Apply(c, CloudEdits.Yaml))));
        var (asked, chance) = (Clouds.Spec("servers: [{name: new, project: p, ports: [{network: blue}]}]"), Clouds.Spec("servers: [{name: new, project: p, ports: [{network: blue, mac: 'fa:16:3e:00:00:01'}]}]"));
        _directory.Fresh(inventory => inventory.CarryOut(cloud => Planner.Apply(cloud, IsPart(cloud) ? chance : asked), asked));

        var stored = _directory.Fresh(inventory => inventory.Read());
        Assert.Equal(stored.Ports.Count, stored.Ports.Values.DistinctBy(p => p.Mac).Count());
    }

    [Fact]
    public void An_id_that_another_has_on_a_network_the_wish_does_not_name_is_refused()
    {
        _directory.Fresh(inventory => inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml)));
        var before = _directory.Fresh(inventory => inventory.Read());
        foreach (var wish in (string[])
        [
            $"subnets: [{{name: stray, id: {before.Subnet("blue-v4").Id}, network: red, cidr: 10.7.0.0/24}}]",
            $"ports: [{{name: stray, id: {before.PortOf("web").Id}, network: red, project: p}}]",
        ])
        {
            Assert.Equal(Refusal(before, Clouds.Spec(wish)), Assert.Throws<InventoryRuleException>(() => _directory.Fresh(inventory => inventory.Apply(Clouds.Spec(wish)))).Message);
        }
    }

    [Fact]
    public void A_network_more_with_servers_needs_no_look_at_those_of_others()
    {
        _directory.Fresh(inventory => inventory.Change(c => Clouds.Apply(c, CloudEdits.Yaml)));
        foreach (var damage in (string[])["UPDATE ports SET mac = 'x' || id", "UPDATE servers SET launch_index = 99999999999", "UPDATE floating_ips SET address = 'x'", "UPDATE subnets SET cidr = 'x' || id"]) _directory.Execute(damage);

        var wish = "networks: [{name: more, project: p, subnets: [{name: more-v4, cidr: 10.2.0.0/24}]}]\nservers: [{name: s, project: p, ports: [{network: more}]}]";
        Assert.Equal(2, _directory.Fresh(inventory => inventory.Apply(Clouds.Spec(wish))).Revision);
        foreach (var touching in (string[])["servers: [{name: t, project: p, ports: [{network: blue}]}]", "servers: [{name: web, project: p}]"])
            Assert.Throws<InventoryBrokenException>(() => _directory.Fresh(inventory => inventory.Apply(Clouds.Spec(touching))));
    }

    [Fact]
    public void More_than_is_worth_looking_up_is_planned_from_the_whole_cloud()
    {
        var wish = Clouds.Spec("networks: [" + string.Join(", ", Enumerable.Range(0, 201).Select(i => $"{{name: n{i}, project: p}}")) + "]");
        var (stored, usedPart) = Applied(wish);
        Assert.False(usedPart);
        Assert.Equal(201, stored!.Networks.Count);
    }

    // Sometimes nothing is there, sometimes DHCP ports and a second server of a name are.
    private static Cloud Start(Cloud cloud, int way) => way switch
    {
        0 => Cloud.Empty with { Revision = cloud.Revision },
        1 => Planner.EnsureDhcpPorts(cloud, "host"),
        _ => cloud,
    };

    private static readonly Gen<(int Start, Func<CloudSpec, CloudSpec> Part)> Ways =
        from start in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Constant(1)), (5, Gen.Constant(2)))
        from part in Gen.Elements<Func<CloudSpec, CloudSpec>>(
            spec => spec with { Routers = [] },
            spec => spec,
            spec => new CloudSpec { Networks = spec.Networks, Subnets = [.. spec.Subnets.Take(2)] },
            spec => new CloudSpec { Servers = spec.Servers },
            spec => new CloudSpec { Servers = [.. spec.Servers.Take(1).Select(s => s with { Name = s.Name + s.Ports.Length })] },
            spec => new CloudSpec { Ports = [.. spec.Servers.Take(1).SelectMany(s => s.Ports.Take(1).Select(p => p with { Server = s.Name }))] },
            spec => new CloudSpec { Ports = [.. spec.Servers.Take(1).SelectMany(s => s.Ports.Take(1).Select(p => p with { Name = "vip", Project = s.Project }))] })
        select (start, part);

    // With a MAC that a wish can name.
    private static Cloud Known(Cloud cloud)
    {
        var db = cloud.PortOf("db");
        return cloud with
        {
            Ports = cloud.Ports.SetItem(db.Id, db with { Mac = PhysicalAddress.Parse("fa:16:3e:00:00:01") }),
        };
    }

    private static Cloud? Planned(Cloud before, CloudSpec wish) => Refusal(before, wish) is null ? Planner.Apply(before, wish).Next : null;

    private static string? Refusal(Cloud before, CloudSpec wish)
    {
        try
        {
            Planner.Apply(before, wish);
            return null;
        }
        catch (InventoryRuleException e)
        {
            return e.Message;
        }
    }

    // As Apply does; and whether it was done after one plan, of a part.
    private (Cloud? Stored, bool UsedPart) Applied(CloudSpec wish)
    {
        var (plans, part) = (0, false);
        try
        {
            using var inventory = OwnInventory.Open(_directory.File);
            inventory.CarryOut(
                cloud =>
                {
                    plans++;
                    part = IsPart(cloud);
                    return Planner.Apply(cloud, wish);
                },
                wish);
        }
        catch (InventoryRuleException)
        {
            return (null, false);
        }
        return (_directory.Fresh(inventory => inventory.Read()), part && plans == 1);
    }

    // A part has no floating addresses; of the whole they are not read yet.
    private static bool IsPart(Cloud cloud) => cloud.AllFloatingIps.Is(Cloud.Empty.AllFloatingIps);

    // All that is there, in names: ids, MACs and what is made of MACs are made up at each planning.
    private static List<string> Lines(Cloud cloud)
    {
        string Project(string id) => cloud.Projects[id].Name;
        string Network(string id) => cloud.Networks[id].Name;
        string Device(Port port) => cloud.Servers.TryGetValue(port.DeviceId, out var server) ? $"{Project(server.ProjectId)}/{server.Name}"
            : cloud.Routers.TryGetValue(port.DeviceId, out var router) ? router.Name : port.DeviceId.Length > 0 ? "some" : "none";
        string Address(FixedIp ip) => Ipv6ModeText.IsAutomatic(cloud.Subnets[ip.SubnetId]) ? "made" : ip.Address.ToString();
        return
        [
            .. cloud.Projects.Values.Select(p => $"project {p}").Order(StringComparer.Ordinal),
            .. cloud.Networks.Values.Select(n => $"network {Project(n.ProjectId)} {n.Name} {n.Mtu} {n.External} {n.Uplink}").Order(StringComparer.Ordinal),
            .. cloud.Subnets.Values.Select(s => $"subnet {Network(s.NetworkId)} {s.Name} {s.Cidr} {s.GatewayIp} {s.EnableDhcp} {s.Ipv6AddressMode} {string.Join(' ', s.DnsNameservers)}").Order(StringComparer.Ordinal),
            .. cloud.Routers.Values.Select(r => $"router {Project(r.ProjectId)} {r.Name} {r.EnableSnat}").Order(StringComparer.Ordinal),
            .. cloud.KeyPairs.Values.Select(k => $"keypair {KeyPairChecks.Id(k)} {k.PublicKey}").Order(StringComparer.Ordinal),
            .. cloud.Servers.Values.Select(s => $"server {Project(s.ProjectId)} {s.Name} {s.Hostname} {s.KeyName} {s.AvailabilityZone} {s.FlavorName} {string.Join(' ', s.Metadata)}").Order(StringComparer.Ordinal),
            .. cloud.Ports.Values.Select(p =>
                $"port {Network(p.NetworkId)} {Project(p.ProjectId)} {p.Name} {Device(p)} {p.DeviceOwner} {p.AttachIndex} {string.Join(' ', p.FixedIps.Select(Address))}").Order(StringComparer.Ordinal),
            .. cloud.FloatingIps.Values.Select(f => $"floating {f.Address} {f.FixedAddress}").Order(StringComparer.Ordinal),
        ];
    }
}
