using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Own;

public sealed class RulesTests
{
    private static readonly Cloud Blue = Clouds.Of(Clouds.Blue);

    [Fact]
    public void A_sound_cloud_breaks_no_rule() => Assert.Empty(Rules.Check(Cloud.Empty, Blue));

    [Theory]
    [InlineData("{name: s, cidr: 10.0.0.0/24, gateway: 10.0.0.0}", "gateway: 10.0.0.0 is not a host address of 10.0.0.0/24")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, gateway: 10.0.0.255}", "gateway: 10.0.0.255 is not a host address of 10.0.0.0/24")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, gateway: 'fe80::1'}", "gateway: fe80::1 is not an IPv4 address")]
    [InlineData("{name: s, cidr: 224.0.0.0/24, gateway: none}", "cidr: 224.0.0.0/24 is not for hosts (multicast or loopback)")]
    [InlineData("{name: s, cidr: 127.0.0.0/8, gateway: none}", "cidr: 127.0.0.0/8 is not for hosts (multicast or loopback)")]
    [InlineData("{name: s, cidr: 0.0.0.0/0, gateway: none}", "cidr: 0.0.0.0/0 is every address there is")]
    [InlineData("{name: s, cidr: 'fe80::/64', gateway: none}", "cidr: fe80::/64 is link-local: every interface has such an address already")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, ipv6_ra_mode: slaac}", "ipv6_ra_mode: slaac on an IPv4 subnet")]
    [InlineData("{name: s, cidr: 'fd00::/80', ipv6_address_mode: slaac}", "ipv6_address_mode: slaac needs a /64, fd00::/80 is a /80")]
    [InlineData("{name: s, cidr: 'fd00::/64', ipv6_address_mode: slaac, enable_dhcp: false}", "ipv6_address_mode: slaac needs enable_dhcp")]
    [InlineData("{name: s, cidr: 'fd00::/64', ipv6_address_mode: slaac, ipv6_ra_mode: dhcpv6-stateful}", "ipv6_ra_mode: dhcpv6-stateful does not go with ipv6_address_mode slaac: they must be equal where both are set")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, dns_nameservers: [0.0.0.0]}", "dns_nameservers: 0.0.0.0 is not the address of a host")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, dns_nameservers: [9.9.9.9, 9.9.9.9]}", "dns_nameservers: the same server is listed twice")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, host_routes: [{destination: 10.9.0.0/16, nexthop: 10.1.0.1}]}", "host_routes: the next hop 10.1.0.1 of 10.9.0.0/16 is not a host address of 10.0.0.0/24, so no guest can reach it")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, host_routes: [{destination: 'fd00::/8', nexthop: 10.0.0.1}]}", "host_routes: the route to fd00::/8 via 10.0.0.1 is not of IPv4")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, host_routes: [{destination: 10.9.0.0/16, nexthop: 10.0.0.2}, {destination: 10.9.0.0/16, nexthop: 0.0.0.0}]}", "host_routes: there are two routes to 10.9.0.0/16")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.9, end: 10.0.0.8}]}", "allocation_pools: 10.0.0.9 to 10.0.0.8 runs backwards")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.2, end: 10.0.0.255}]}", "allocation_pools: 10.0.0.2 to 10.0.0.255 is not within the host addresses of 10.0.0.0/24")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.1, end: 10.0.0.9}]}", "allocation_pools: 10.0.0.1 to 10.0.0.9 contains the gateway 10.0.0.1")]
    [InlineData("{name: s, cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.2, end: 10.0.0.9}, {start: 10.0.0.9, end: 10.0.0.12}]}", "allocation_pools: 10.0.0.9 to 10.0.0.12 overlaps the pool before it, or they are not in order")]
    public void A_subnet_that_makes_no_sense_is_refused(string subnet, string message)
    {
        Assert.Equal([$"line 1: subnet s: {message}"], Clouds.Broken(() => Clouds.Of($"networks: [{{name: n, project: p, subnets: [{subnet}]}}]")));
    }

    [Theory]
    [InlineData("hostname: -a", "hostname: '-a' is not a host name (letters, digits, hyphens; 63 a label)")]
    [InlineData("metadata: {'': x}", "metadata: a key has 0 characters, 1 to 255 are allowed")]
    [InlineData("launch_index: -1", "launch_index: -1 is below 0")]
    [InlineData("number: 4294967296", "number: 4294967296 is not from 1 to 2147483647")]
    [InlineData("flavor: ''", "flavor: is empty")]
    public void A_server_that_makes_no_sense_is_refused(string field, string message)
    {
        Assert.Equal([$"line 1: server s: {message}"], Clouds.Broken(() => Clouds.Of($"servers: [{{name: s, project: p, {field}}}]")));
    }

    [Fact]
    public void Limits_are_nova_s()
    {
        var server = Blue.Server("web");
        Assert.Empty(Check(server with { UserData = [.. new byte[49_149]], Metadata = [KeyValuePair.Create(new string('k', 255), new string('v', 255))], Name = new string('n', 255) }));
        Assert.Equal(["user_data: has 49150 bytes, at most 49149 are allowed"], Check(server with { UserData = [.. new byte[49_150]] }));
        Assert.Equal(["metadata: the value of 'k' has 256 characters, at most 255 are allowed"], Check(server with { Metadata = [KeyValuePair.Create("k", new string('v', 256))] }));
        Assert.Equal(["metadata: the key 'k' is there twice"], Check(server with { Metadata = [KeyValuePair.Create("k", "1"), KeyValuePair.Create("k", "2")] }));
        Assert.Equal(["name: has 256 characters, at most 255 are allowed"], Check(server with { Name = new string('n', 256) }));
        Assert.Equal(["hostname: 'a..b' is not a host name (letters, digits, hyphens; 63 a label)"], Check(server with { Hostname = "a..b" }));

        string[] Check(Server changed) => [.. Rules.Check(Blue, Blue with { Servers = Blue.Servers.SetItem(server.Id, changed) }).Select(f => $"{f.Violation.Field}: {f.Violation.Rule}")];
    }

    [Fact]
    public void Ports_may_not_share_a_mac_or_an_address_on_a_network()
    {
        var broken = Clouds.Broken(() => Clouds.Apply(Blue, "ports: [{name: twin, network: blue, mac: 'fa:16:3e:00:00:01', fixed_ips: [10.0.0.5]}]"));
        Assert.Equal(2, broken.Length);
        Assert.Contains(broken, b => b.Contains("mac: fa:16:3e:00:00:01 is port ", StringComparison.Ordinal));
        Assert.Contains(broken, b => b.Contains("fixed_ips: 10.0.0.5 is port ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    public void A_mac_is_that_of_one_station(string mac)
    {
        Assert.Contains("is not the address of one station", Clouds.Broken(() => Clouds.Apply(Blue, $"ports: [{{name: x, network: blue, mac: '{mac}', fixed_ips: [10.0.0.77]}}]"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_slaac_subnet_takes_no_other_address_than_the_guest_makes()
    {
        Assert.Contains("is not what a guest makes of", Clouds.Broken(() => Clouds.Apply(Blue, "ports: [{name: x, network: blue, fixed_ips: ['fd00:b::77']}]"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_has_one_router_and_a_router_no_overlapping_networks()
    {
        var broken = Clouds.Broken(() => Clouds.Apply(Blue, "routers: [{name: second, project: demo, interfaces: [blue-v4]}]"));
        Assert.Contains(broken, b => b.Contains("the gateway 10.0.0.1 of subnet blue-v4 is an interface of router", StringComparison.Ordinal));
        broken = Clouds.Broken(() => Clouds.Of("""
            networks:
              - {name: a, project: p, subnets: [{name: wide, cidr: 10.0.0.0/16}]}
              - {name: b, project: p, subnets: [{name: narrow, cidr: 10.0.7.0/24}]}
            routers: [{name: r, project: p, interfaces: [wide, narrow]}]
            """));
        Assert.Equal(["line 4: router r: interfaces: 10.0.7.0/24 of subnet narrow overlaps 10.0.0.0/16 of subnet wide"], broken);
    }

    [Fact]
    public void A_subnet_without_gateway_takes_no_router()
    {
        Assert.Equal(["line 2: router r: interfaces: subnet s has no gateway, and the interface would have that address"],
            Clouds.Broken(() => Clouds.Of("networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24, gateway: none}]}]\nrouters: [{name: r, project: p, interfaces: [s]}]")));
    }

    [Fact]
    public void An_mtu_with_ipv6_is_at_least_1280()
    {
        Assert.Equal(["line 1: network blue: mtu: 1279 is not from 1280 to 65535 (it has IPv6)"], Clouds.Broken(() => Clouds.Apply(Blue, "networks: [{name: blue, project: demo, mtu: 1279}]")));
    }

    [Fact]
    public void A_deleted_thing_that_is_in_use_names_its_user_and_an_unknown_one_its_reference()
    {
        var server = Blue.Server("web");
        var port = Blue.PortOf("web");
        Assert.Equal([$"server web: delete: is in use by port {port.Id}"], Check(Blue with { Servers = Blue.Servers.Remove(server.Id) }));
        Assert.Equal([$"port {port.Id}: server: there is no server nobody"], Check(Blue with { Ports = Blue.Ports.SetItem(port.Id, port with { DeviceId = "nobody" }) }));
        Assert.Equal(["server web: number: is 7 and cannot become 8"], Rules.Check(Number(7), Number(8)).Select(f => f.Violation.ToString()));

        static string[] Check(Cloud after) => [.. Rules.Check(Blue, after).Select(f => f.Violation.ToString())];
        Cloud Number(long n) => Blue with { Servers = Blue.Servers.SetItem(server.Id, server with { Number = n }) };
    }

    [Fact]
    public void Key_pairs_are_of_a_known_type()
    {
        Assert.Equal(["line 1: keypair k: type: 'rsa' is not ssh or x509"], Clouds.Broken(() => Clouds.Of("keypairs: [{name: k, project: p, type: rsa, public_key: x}]")));
    }

    [Fact]
    public void Names_are_unique_in_their_scope()
    {
        var network = Blue.Network("blue");
        var twin = network with { Id = Guid.NewGuid().ToString() };
        Assert.Equal(["there is another network blue in the same project"], Rules.Check(Blue, Blue with { Networks = Blue.Networks.Add(twin.Id, twin) }).Select(f => f.Violation.Rule));
        Assert.Empty(Rules.Check(Blue, Clouds.Apply(Blue, "networks: [{name: blue, project: other}]")));
    }
}
