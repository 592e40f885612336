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
    public static WantedHost From(Cloud cloud, HostOptions options) => WantedRevision.Of(cloud, options, former: null).Host;

    /// <summary>Addresses of a port as they stand on its device.</summary>
    internal static ImmutableArray<InterfaceAddress> Addresses(NetworkView view, Port port) =>
    [
        .. from fixedIp in port.FixedIps
           from subnet in view.Subnets
           where string.Equals(subnet.Id, fixedIp.SubnetId, StringComparison.Ordinal)
           select new InterfaceAddress(fixedIp.Address, subnet.Cidr.PrefixLength),
    ];

    /// <summary>One network: a function of its view, the operator's choices and what the servers on it are called.</summary>
    internal static WantedNetwork Network(Cloud cloud, NetworkView view, HostOptions options) => new()
    {
        Id = view.Network.Id,
        Mtu = view.Network.Mtu,
        Uplink = view.Network.Uplink,
        Dhcp = view.DhcpPort is { } port && view.Subnets.Any(s => s.EnableDhcp) ? Dhcp(cloud, view, port, options) : null,
        Proxy = MetadataPath.IsProxyWanted(view, options) ? options.Haproxy : null,
    };

    private static WantedDhcp Dhcp(Cloud cloud, NetworkView view, Port port, HostOptions options) => new()
    {
        PortId = port.Id,
        Mac = port.Mac,
        Addresses = Addresses(view, port),
        MetadataV4 = MetadataPath.HasV4InDhcpNamespace(options),
        MetadataV6 = MetadataPath.HasV6InDhcpNamespace(view, options),
        GatewayV4 = Gateway(view, 4),
        GatewayV6 = Gateway(view, 6),
        Subnets = [.. view.Subnets.Select(s => Subnet(view, s, options))],
        Hosts = [.. GuestNames.Entries(cloud, view)],
        PortOptions = [.. GuestNames.Options(view)],
        Tuning = options.Dnsmasq,
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

    private static IPAddress? Gateway(NetworkView view, int version) =>
        view.Subnets.FirstOrDefault(s => s.EnableDhcp && s.IpVersion == version && s.GatewayIp is not null)?.GatewayIp;
}
