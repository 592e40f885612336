using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>A cloud with one of each kind, and changes of each kind of it.</summary>
internal static class CloudEdits
{
    // Ids of their own: which of them are taken for changed together is then the same in every run.
    public const string Yaml = """
        networks:
          - {name: ext, id: 10000000-0000-4000-8000-000000000001, project: p, external: true, subnets: [{name: ext-v4, cidr: 203.0.113.0/24, enable_dhcp: false}]}
          - {name: blue, id: 10000000-0000-4000-8000-000000000002, project: p, subnets: [{name: blue-v4, cidr: 10.0.0.0/24}]}
          - {name: red, id: 10000000-0000-4000-8000-000000000003, project: p, subnets: [{name: red-v4, cidr: 10.1.0.0/24}]}
        routers: [{name: edge, project: p, interfaces: [blue-v4, red-v4], gateway: {network: ext}}]
        keypairs: [{name: ops, project: p, public_key: ssh-ed25519 AAAA}]
        servers:
          - {name: web, id: 20000000-0000-4000-8000-000000000001, project: p, keypair: ops, ports: [{network: blue}]}
          - {name: db, id: 20000000-0000-4000-8000-000000000002, project: p, ports: [{network: red}]}
          - {name: both, id: 20000000-0000-4000-8000-000000000003, project: p, ports: [{network: blue}, {network: red}]}
          - {name: bare, id: 20000000-0000-4000-8000-000000000004, project: p}
        floating_ips: [{network: ext, server: web}]
        """;

    public static readonly IReadOnlyDictionary<string, Func<Cloud, Cloud>> All = new Dictionary<string, Func<Cloud, Cloud>>(StringComparer.Ordinal)
    {
        ["a server's metadata"] = c => Clouds.Apply(c, "servers: [{name: web, project: p, metadata: {a: b}}]"),
        ["a server's user data"] = c => Clouds.Apply(c, "servers: [{name: web, project: p, user_data: x}]"),
        ["a server's ports"] = c => Clouds.Apply(c, "servers: [{name: bare, project: p, ports: [{network: red}]}]"),
        ["a port's address"] = c => WithPort(c, c.PortOf("db"), p => p with { FixedIps = [p.FixedIps[0] with { Address = IPAddress.Parse("10.1.0.200") }] }),
        ["a port's MAC"] = c => WithPort(c, c.PortOf("db"), p => p with { Mac = PhysicalAddress.Parse("fa:16:3e:99:99:99") }),
        ["two ports' addresses"] = Swapped,
        ["a port that changes hands"] = c => WithPort(c, c.PortOf("db"), p => p with { DeviceId = c.Server("bare").Id }),
        ["a server more"] = c => Clouds.Apply(c, "servers: [{name: new, id: 20000000-0000-4000-8000-000000000005, project: p, ports: [{network: blue}]}]"),
        ["a server less"] = c => Planner.Delete(c, ResourceKind.Server, "db", null).Next,
        ["a network"] = c => Clouds.Apply(c, "networks: [{name: blue, project: p, mtu: 1400}]"),
        ["a subnet"] = c => Clouds.Apply(c, "subnets: [{name: red-v4, network: red, cidr: 10.1.0.0/24, dns_nameservers: [9.9.9.9]}]"),
        ["a subnet more"] = c => Clouds.Apply(c, "subnets: [{name: blue-v6, network: blue, cidr: 'fd00::/64'}]"),
        ["DHCP ports"] = c => Planner.EnsureDhcpPorts(c, "host"),
        ["a floating address that leads nowhere"] = c => c with { FloatingIps = c.FloatingIps.SetItem(Floating(c).Id, Floating(c) with { PortId = null, FixedAddress = null }) },
        ["a floating address that leads elsewhere"] = c => c with
        {
            FloatingIps = c.FloatingIps.SetItem(Floating(c).Id, Floating(c) with { PortId = c.PortOf("db").Id, FixedAddress = c.PortOf("db").FixedIps[0].Address }),
        },
        ["a key pair"] = c => Clouds.Apply(c, "keypairs: [{name: ops, project: p, public_key: ssh-ed25519 BBBB}]"),
        ["a project"] = c => c with { Projects = c.Projects.SetItem(c.Projects.Keys.Single(), new Project(c.Projects.Keys.Single(), "other")) },
        ["a router"] = c => Clouds.Apply(c, "routers: [{name: edge, project: p, gateway: {network: ext, snat: false}}]"),
    };

    private static FloatingIp Floating(Cloud cloud) => cloud.FloatingIps.Values.Single();

    private static Cloud WithPort(Cloud cloud, Port port, Func<Port, Port> change) => cloud with { Ports = cloud.Ports.SetItem(port.Id, change(port)) };

    // What one port had, another has then: in whichever order that is taken in, nothing of it may be lost.
    private static Cloud Swapped(Cloud cloud)
    {
        var (db, both) = (cloud.PortOf("db"), cloud.Ports.Values.Single(p => p.DeviceId == cloud.Server("both").Id && p.NetworkId == cloud.Network("red").Id));
        return WithPort(WithPort(cloud, db, p => p with { FixedIps = both.FixedIps }), both, p => p with { FixedIps = db.FixedIps });
    }
}
