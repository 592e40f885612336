using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Doctor;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Tests.Doctor;

public sealed class GuestWayTests
{
    private static readonly Subnet Four = new() { Id = "four", Name = "four", NetworkId = "net", Cidr = IPNetwork.Parse("10.0.0.0/24"), GatewayIp = IPAddress.Parse("10.0.0.1") };
    private static readonly Subnet Six = new() { Id = "six", Name = "six", NetworkId = "net", Cidr = IPNetwork.Parse("fd00::/64"), GatewayIp = IPAddress.Parse("fd00::1") };

    [Theory]
    [InlineData(true, true, true, false, true, "169.254.169.254:80 in qdhcp-net")]
    [InlineData(true, true, true, true, true, "0.0.0.0:9697 in qrouter-router")]
    [InlineData(false, true, true, true, true, "0.0.0.0:9697 in qrouter-router")]
    [InlineData(true, false, true, true, true, "0.0.0.0:9697 in qrouter-router")]
    [InlineData(false, true, true, false, true, "DHCP is off")]
    [InlineData(true, false, true, false, true, "enable_isolated_metadata is false")]
    [InlineData(true, true, false, true, true, "enable_metadata_proxy is false")]
    [InlineData(true, true, true, false, false, "no DHCP port")]
    public void A_guest_of_IPv4_comes_by_DHCP_or_by_its_router_or_the_reason_is_told(bool dhcp, bool isolated, bool proxies, bool routed, bool dhcpPort, string expected)
    {
        var options = new HostOptions { EnableIsolatedMetadata = isolated, EnableMetadataProxy = proxies };
        Assert.Contains(expected, Told([Four with { EnableDhcp = dhcp }], routed, dhcpPort, options, overIpv6: false, "10.0.0.5"));
    }

    [Fact]
    public void Forced_metadata_comes_by_DHCP_behind_a_router_too() =>
        Assert.Contains("qdhcp-net", Told([Four], routed: true, dhcpPort: true, new HostOptions { ForceMetadata = true }, overIpv6: false, "10.0.0.5"));

    [Theory]
    [InlineData(false, true, true, "[fe80::a9fe:a9fe]:80 in qdhcp-net")]
    [InlineData(true, true, true, "[::]:9697 in qrouter-router")]
    [InlineData(true, true, false, "neither a DHCP namespace nor a router")]
    [InlineData(false, false, true, "no DHCP port")]
    public void A_guest_of_IPv6_asks_from_its_link_local_address(bool routed, bool dhcpPort, bool proxies, string expected)
    {
        var told = Told([Six], routed, dhcpPort, new HostOptions { EnableMetadataProxy = proxies }, overIpv6: true, "fd00::5");
        Assert.Contains(expected, told);
        if (told.Contains(" in ", StringComparison.Ordinal) && told.StartsWith('[')) Assert.EndsWith("from fe80::f816:3eff:fe00:5", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_without_an_address_has_no_way() => Assert.Contains("no address", Told([Four], routed: false, dhcpPort: true, new HostOptions(), overIpv6: false, address: null));

    private static string Told(Subnet[] subnets, bool routed, bool dhcpPort, HostOptions options, bool overIpv6, string? address)
    {
        var subnet = subnets[0];
        var guest = Port("guest", "compute:nova", "server", address is null ? [] : [new FixedIp(subnet.Id, IPAddress.Parse(address))]);
        var ports = new List<Port> { guest };
        if (routed) ports.Add(Port("leg", DeviceOwners.RouterInterface, "router", [new FixedIp(subnet.Id, subnet.GatewayIp!)]));
        if (dhcpPort) ports.Add(Port("dhcp", DeviceOwners.Dhcp, "dhcp-agent", [new FixedIp(subnet.Id, subnet.IpVersion == 4 ? IPAddress.Parse("10.0.0.2") : IPAddress.Parse("fd00::2"))]));
        var cloud = new Cloud
        {
            Networks = ImmutableDictionary<string, Network>.Empty.Add("net", new Network { Id = "net", Name = "net", ProjectId = "p" }),
            Subnets = subnets.ToImmutableDictionary(s => s.Id),
            Ports = ports.ToImmutableDictionary(p => p.Id),
        };
        var found = GuestWayFound.Of(Assert.Single(NetworkView.All(cloud)), guest, options, overIpv6);
        return found.Way is { } way ? $"{way.Listener} in {way.Namespace} from {way.From}" : found.Why!;
    }

    private static Port Port(string id, string owner, string device, ImmutableArray<FixedIp> addresses) => new()
    {
        Id = id, NetworkId = "net", ProjectId = "p", Mac = PhysicalAddress.Parse("FA163E000005"), DeviceOwner = owner, DeviceId = device, FixedIps = addresses,
    };
}
