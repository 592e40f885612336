using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>From a router of the inventory to what this host shall carry. Pure.</summary>
internal static class RouterWanted
{
    /// <summary>One router.</summary>
    public static WantedRouter Of(RouterSite site, HostOptions options) => new()
    {
        Id = site.Router.Id,
        MetadataProxy = options.EnableMetadataProxy,
        Proxy = options.EnableMetadataProxy ? options.Haproxy : null,
        MetadataPort = options.MetadataPort,
        MetadataMark = options.MetadataAccessMark,
        Interfaces = [.. site.Legs.Select(l => Leg(l.View, l.Port, options))],
        Gateway = site.Gateway is { } gateway ? Gateway(gateway.View, gateway.Port, site.Router, site.FloatingIps) : null,
    };

    private static WantedRouterInterface Leg(NetworkView view, Port port, HostOptions options) => new()
    {
        PortId = port.Id,
        NetworkId = view.Network.Id,
        Mac = port.Mac,
        Mtu = view.Network.Mtu,
        Addresses = HostWanted.Addresses(view, port),
        MetadataV6 = MetadataPath.AnswersForV6(view, port, options),
        Advertisements = [.. view.Subnets.Where(s => s.IpVersion == 6 && s.Ipv6RaMode is not null && HasAddressOf(port, s)).Select(Advertisement)],
    };

    private static WantedGateway Gateway(NetworkView view, Port port, Router router, IEnumerable<FloatingIp> floating) => new()
    {
        PortId = port.Id,
        NetworkId = view.Network.Id,
        Mac = port.Mac,
        Mtu = view.Network.Mtu,
        Addresses = HostWanted.Addresses(view, port),
        NextHops = [.. NextHops(view, port)],
        Snat = router.EnableSnat,
        FloatingIps = [.. floating.Select(f => new WantedFloatingIp(f.Address, f.FixedAddress!))],
    };

    // Of the subnets the gateway has an address of, the first with a next hop, for each IP version.
    private static IEnumerable<IPAddress> NextHops(NetworkView view, Port port) => view.Subnets
        .Where(s => s.GatewayIp is not null && HasAddressOf(port, s))
        .DistinctBy(s => s.IpVersion)
        .Select(s => s.GatewayIp!);

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

    private static bool HasAddressOf(Port port, Subnet subnet) => port.FixedIps.Any(f => string.Equals(f.SubnetId, subnet.Id, StringComparison.Ordinal));
}
