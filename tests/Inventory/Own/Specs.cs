using System.Net;
using Firstlight.Inventory.Own.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Wishes at random: three networks, of eight subnets some, a router, and servers with ports here and there.</summary>
internal static class Specs
{
    private static readonly string[] Projects = ["red", "green"];
    private static readonly string[] Networks = ["n1", "n2", "n3"];

    // Small prefixes run out, two of n1 overlap, one fits no SLAAC: most specs are sound, some are not.
    private static readonly (string Network, string Name, string Cidr)[] Subnets =
    [
        ("n1", "a", "10.0.0.0/24"), ("n1", "b", "10.0.1.0/28"), ("n1", "c", "fd00::/64"), ("n1", "d", "10.0.1.8/29"),
        ("n2", "e", "10.0.0.0/26"), ("n2", "f", "fd00:1::/64"), ("n3", "g", "192.168.0.0/29"), ("n3", "h", "fd00:2::/120"),
    ];

    private static readonly Gen<SubnetSpec[]> SomeSubnets =
        from picked in Gen.SubListOf(Subnets)
        from mode in Gen.Elements<Ipv6Mode?>(null, null, Ipv6Mode.Slaac, Ipv6Mode.Dhcpv6Stateful)
        from dhcp in Gen.Elements<bool?>(null, true, mode is not null)
        from noGateway in Gen.Elements(false, false, false, true)
        select picked.Select(s => new SubnetSpec
        {
            Name = s.Name,
            Network = s.Network,
            Cidr = IPNetwork.Parse(s.Cidr),
            Ipv6AddressMode = s.Cidr.EndsWith("/64", StringComparison.Ordinal) ? mode : null,
            EnableDhcp = dhcp,
            NoGateway = noGateway && s.Name is "e",
        }).ToArray();

    private static readonly Gen<PortSpec> Port =
        from network in Gen.Elements(Networks)
        from last in Gen.Choose(2, 250)
        from addressed in Gen.Frequency((1, Gen.Constant(true)), (9, Gen.Constant(false)))
        select new PortSpec { Network = network, FixedIps = addressed ? [new FixedIpSpec(null, IPAddress.Parse($"10.0.0.{last}"))] : [] };

    private static readonly Gen<ServerSpec> Server =
        from name in Gen.Elements("a", "b", "c", "d", "e")
        from project in Gen.Elements(Projects)
        from ports in Port.ListOf(3)
        from count in Gen.Choose(0, 3)
        select new ServerSpec { Name = name, Project = project, Ports = [.. ports.Take(count)] };

    public static readonly Gen<CloudSpec> Any =
        from subnets in SomeSubnets
        from servers in Server.ListOf(5)
        from count in Gen.Choose(0, 5)
        from routed in Gen.Elements(true, false)
        select new CloudSpec
        {
            Networks = [.. Networks.Select(n => new NetworkSpec { Name = n, Project = "red" })],
            Subnets = [.. subnets],
            Routers = [new RouterSpec { Name = "r", Project = "red", Interfaces = routed ? [.. subnets.Select(s => s.Name).Where(n => n is "a" or "c" or "g")] : [] }],
            Servers = [.. servers.Take(count).DistinctBy(s => (s.Name, s.Project))],
        };
}
