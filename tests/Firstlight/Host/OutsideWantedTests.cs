using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Tests.Host;

/// <summary>Gateways, floating addresses and guests' names, from cloud file to what the host shall carry.</summary>
public sealed class OutsideWantedTests
{
    private const string Yaml = """
        networks:
          - name: ext
            project: admin
            external: true
            uplink: eth1
            mtu: 1400
            subnets: [{name: ext-v4, cidr: 203.0.113.0/24, enable_dhcp: false}, {name: ext-v6, cidr: "2001:db8:1::/64", enable_dhcp: false}]
          - name: blue
            project: p
            subnets: [{name: blue-v4, cidr: 10.0.0.0/24}, {name: blue-v6, cidr: "fd00::/64", ipv6_address_mode: dhcpv6-stateful}]
        routers:
          - {name: edge, project: p, interfaces: [blue-v4, blue-v6], gateway: {network: ext, address: 203.0.113.100, snat: false}}
          - {name: side, project: p}
        servers:
          - {name: web, project: p, hostname: Web.example, ports: [{network: blue, name: a, fixed_ips: [10.0.0.20, "fd00::20"]}, {network: blue, name: b, fixed_ips: [10.0.0.21]}]}
        ports:
          - name: printer
            network: blue
            dns_name: lp
            fixed_ips: [10.0.0.22]
            extra_dhcp_opts: [{opt_name: bootfile-name, opt_value: x}, {opt_name: client-id, opt_value: me}, {opt_name: "59", opt_value: y, ip_version: 6}]
        floating_ips:
          - {network: ext, address: 203.0.113.20, port: b}
          - {network: ext, address: 203.0.113.21}
        """;

    private static readonly Cloud Cloud = Planner.EnsureDhcpPorts(Planner.Apply(Inventory.Own.Model.Cloud.Empty, CloudFile.Parse(Yaml, Path.GetTempPath())).Next, "host");

    [Fact]
    public void A_gateway_has_an_address_and_a_next_hop_of_each_ip_version_and_the_floating_addresses_that_lead_somewhere()
    {
        var wanted = HostWanted.From(Cloud, new HostOptions());

        var gateway = Assert.Single(wanted.Routers, r => r.Gateway is not null).Gateway!;
        Assert.Equal(["203.0.113.100/24", "2001:db8:1::2/64"], gateway.Addresses.Select(a => a.ToString()));
        Assert.Equal(["203.0.113.1", "2001:db8:1::1"], gateway.NextHops.Select(a => a.ToString()));
        Assert.Equal((1400, false), (gateway.Mtu, gateway.Snat));
        Assert.Equal([("203.0.113.20", "10.0.0.21")], gateway.FloatingIps.Select(f => (f.Address.ToString(), f.FixedAddress.ToString())));
        Assert.Equal("eth1", wanted.Networks.Single(n => n.Id == gateway.NetworkId).Uplink);
        Assert.Null(wanted.Networks.Single(n => n.Id == gateway.NetworkId).Dhcp);
    }

    [Fact]
    public void Guests_are_called_as_their_servers_and_no_two_addresses_alike()
    {
        var dhcp = HostWanted.From(Cloud, new HostOptions()).Networks.Single(n => n.Dhcp is not null).Dhcp!;

        Assert.Equal(
            ["10.0.0.1 host-10-0-0-1", "fd00::1 host-fd00--1", "10.0.0.20 Web", "fd00::20 Web", "10.0.0.21 host-10-0-0-21", "10.0.0.22 lp"],
            dhcp.Hosts.Select(h => $"{h.Address} {h.HostName}"));
        var printer = dhcp.Hosts.Single(h => h.HostName == "lp");
        Assert.Equal((Cloud.Ports.Values.Single(p => p.Name == "printer").Id, "me"), (printer.OptionsOf, printer.ClientId));

        // It has no IPv6 address that an option of DHCPv6 could come with.
        Assert.Equal(["bootfile-name"], dhcp.PortOptions.Select(o => o.Name));
    }

    [Fact]
    public void Every_router_of_a_network_answers_for_the_shared_ipv6_address_once()
    {
        var cloud = Planner.Apply(Cloud, CloudFile.Parse(
            """
            networks: [{name: green, project: p, subnets: [{name: green-v4, cidr: 10.1.0.0/24}, {name: green-v6, cidr: "fd01::/64"}]}]
            routers: [{name: one, project: p, interfaces: [green-v4, green-v6]}, {name: two, project: p}]
            """, Path.GetTempPath())).Next;
        var (one, two) = (cloud.Routers.Values.Single(r => r.Name == "one"), cloud.Routers.Values.Single(r => r.Name == "two"));
        var leg = cloud.Ports.Values.First(p => p.DeviceId == one.Id && p.FixedIps[0].Address.ToString() == "10.1.0.1");
        var other = leg with
        {
            Id = Guid.NewGuid().ToString(), DeviceId = two.Id, Mac = global::System.Net.NetworkInformation.PhysicalAddress.Parse("fa163e000077"),
            FixedIps = [leg.FixedIps[0] with { Address = global::System.Net.IPAddress.Parse("10.1.0.9") }],
        };
        cloud = Planner.EnsureDhcpPorts(cloud with { Ports = cloud.Ports.Add(other.Id, other) }, "host");

        var routers = HostWanted.From(cloud, new HostOptions()).Routers;

        Assert.Equal([true, false], routers.Single(r => r.Id == one.Id).Interfaces.Select(i => i.MetadataV6));
        Assert.Equal([true], routers.Single(r => r.Id == two.Id).Interfaces.Select(i => i.MetadataV6));
        Assert.All(HostWanted.From(cloud, new HostOptions { ForceMetadata = true }).Routers.SelectMany(r => r.Interfaces), i => Assert.False(i.MetadataV6));
    }
}
