using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>From the inventory to what this host shall carry. Pure.</summary>
public static class HostWanted
{
    /// <summary>Translates a cloud: every network and every router of it, for the embedded inventory has one host.</summary>
    /// <param name="cloud">The inventory; DHCP ports are in it already.</param>
    /// <param name="options">The operator's choices.</param>
    public static WantedHost From(Cloud cloud, HostOptions options)
    {
        var views = NetworkView.All(cloud);
        return new WantedHost(
            [.. views.Select(v => Network(v, options))],
            [.. cloud.Routers.Values.OrderBy(r => r.Id, StringComparer.Ordinal).Select(r => Router(r, views, options))])
        {
            Ports = GuestPorts.Of(cloud),
        };
    }

    private static WantedNetwork Network(NetworkView view, HostOptions options) => new()
    {
        Id = view.Network.Id,
        Mtu = view.Network.Mtu,
        Dhcp = view.DhcpPort is { } port && view.Subnets.Any(s => s.EnableDhcp) ? Dhcp(view, port, options) : null,
        Proxy = MetadataPath.IsProxyWanted(view, options) ? options.Haproxy : null,
    };

    private static WantedDhcp Dhcp(NetworkView view, Port port, HostOptions options) => new()
    {
        PortId = port.Id,
        Mac = port.Mac,
        Addresses = Addresses(view, port),
        MetadataV4 = MetadataPath.HasV4InDhcpNamespace(options),
        MetadataV6 = MetadataPath.HasV6InDhcpNamespace(view, options),
        GatewayV4 = Gateway(view, 4),
        GatewayV6 = Gateway(view, 6),
        Subnets = [.. view.Subnets.Select(s => Subnet(view, s, options))],
        Hosts = [.. view.Ports.Where(p => !ReferenceEquals(p, port) && !IsDhcp(p)).SelectMany(p => Hosts(view, p))],
        DnsDomain = options.DnsDomain,
        LeaseSeconds = options.DhcpLeaseSeconds,
    };

    private static WantedSubnet Subnet(NetworkView view, Subnet subnet, HostOptions options) => new()
    {
        Id = subnet.Id,
        Cidr = subnet.Cidr,
        Gateway = subnet.GatewayIp,
        Dns = subnet.DnsNameservers,
        HostRoutes = [.. subnet.HostRoutes.Select(r => new SubnetRoute(r.Destination, r.NextHop))],
        MetadataNextHop = MetadataPath.NextHop(view, subnet, options),
        Dhcp = subnet.EnableDhcp,
        V6 = subnet.IpVersion == 4 ? DhcpV6Service.Unset : Service(subnet),
    };

    // With router advertisements but no address mode, someone else hands out addresses; with neither, Neutron serves DHCPv6.
    private static DhcpV6Service Service(Subnet subnet) => subnet.Ipv6AddressMode switch
    {
        Ipv6Mode.Slaac => DhcpV6Service.Slaac,
        Ipv6Mode.Dhcpv6Stateful => DhcpV6Service.Stateful,
        Ipv6Mode.Dhcpv6Stateless => DhcpV6Service.Stateless,
        _ => subnet.Ipv6RaMode is null ? DhcpV6Service.Unset : DhcpV6Service.Slaac,
    };

    private static WantedRouter Router(Router router, ImmutableArray<NetworkView> views, HostOptions options) => new()
    {
        Id = router.Id,
        MetadataProxy = options.EnableMetadataProxy,
        Proxy = options.EnableMetadataProxy ? options.Haproxy : null,
        MetadataPort = options.MetadataPort,
        MetadataMark = options.MetadataAccessMark,
        Interfaces =
        [
            .. from view in views
               from port in view.RouterPorts
               where string.Equals(port.DeviceId, router.Id, StringComparison.Ordinal)
               select Leg(view, port, options),
        ],
    };

    private static WantedRouterInterface Leg(NetworkView view, Port port, HostOptions options) => new()
    {
        PortId = port.Id,
        NetworkId = view.Network.Id,
        Mac = port.Mac,
        Mtu = view.Network.Mtu,
        Addresses = Addresses(view, port),
        MetadataV6 = ReferenceEquals(MetadataPath.RouterPortWithV6(view, options), port),
        Advertisements = [.. view.Subnets.Where(s => s.IpVersion == 6 && s.Ipv6RaMode is not null && HasAddressOf(port, s)).Select(Advertisement)],
    };

    private static WantedAdvertisement Advertisement(Subnet subnet) => new(
        subnet.Id,
        subnet.Cidr,
        subnet.Ipv6RaMode switch
        {
            Ipv6Mode.Dhcpv6Stateful => DhcpV6Service.Stateful,
            Ipv6Mode.Dhcpv6Stateless => DhcpV6Service.Stateless,
            _ => DhcpV6Service.Slaac,
        },
        subnet.DnsNameservers);

    private static ImmutableArray<InterfaceAddress> Addresses(NetworkView view, Port port) =>
    [
        .. from fixedIp in port.FixedIps
           from subnet in view.Subnets
           where string.Equals(subnet.Id, fixedIp.SubnetId, StringComparison.Ordinal)
           select new InterfaceAddress(fixedIp.Address, subnet.Cidr.PrefixLength),
    ];

    // dnsmasq wants the stateless IPv6 addresses of a port before its IPv4 one; otherwise the port's own order.
    private static IEnumerable<HostEntry> Hosts(NetworkView view, Port port)
    {
        var stateless = view.Subnets.Where(s => s.Ipv6AddressMode == Ipv6Mode.Dhcpv6Stateless).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return port.FixedIps
            .OrderBy(f => stateless.Contains(f.SubnetId) ? 0 : 1)
            .Select(f => new HostEntry(port.Mac, f.SubnetId, f.Address, NameOf(f.Address)));
    }

    private static string NameOf(IPAddress address) => "host-" + address.ToString().Replace('.', '-').Replace(':', '-');

    private static IPAddress? Gateway(NetworkView view, int version) =>
        view.Subnets.FirstOrDefault(s => s.EnableDhcp && s.IpVersion == version && s.GatewayIp is not null)?.GatewayIp;

    private static bool HasAddressOf(Port port, Subnet subnet) => port.FixedIps.Any(f => string.Equals(f.SubnetId, subnet.Id, StringComparison.Ordinal));

    private static bool IsDhcp(Port port) => string.Equals(port.DeviceOwner, DeviceOwners.Dhcp, StringComparison.Ordinal);
}
