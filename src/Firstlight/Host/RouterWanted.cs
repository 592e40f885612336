using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>From routers of the inventory to what this host shall carry. Pure.</summary>
internal static class RouterWanted
{
    /// <summary>All routers, by id.</summary>
    public static IEnumerable<WantedRouter> All(Cloud cloud, ImmutableArray<NetworkView> views, HostOptions options)
    {
        var legs = (from view in views from port in view.RouterPorts select (view, port)).ToLookup(l => l.port.DeviceId, StringComparer.Ordinal);
        var gateways = (from view in views from port in view.Ports where IsGateway(port) select (view, port)).ToLookup(l => l.port.DeviceId, StringComparer.Ordinal);
        var routes = new FloatingRoutes(cloud);
        var floating = cloud.FloatingIps.Values
            .OrderBy(f => NetworkView.SortKey(f.Address), StringComparer.Ordinal)
            .ToLookup(f => routes.RouterOf(f) ?? "", StringComparer.Ordinal);
        return cloud.Routers.Values.OrderBy(r => r.Id, StringComparer.Ordinal).Select(router => new WantedRouter
        {
            Id = router.Id,
            MetadataProxy = options.EnableMetadataProxy,
            Proxy = options.EnableMetadataProxy ? options.Haproxy : null,
            MetadataPort = options.MetadataPort,
            MetadataMark = options.MetadataAccessMark,
            Interfaces = [.. legs[router.Id].Select(l => Leg(l.view, l.port, options))],
            Gateway = gateways[router.Id].Select(l => Gateway(l.view, l.port, router, floating[router.Id])).FirstOrDefault(),
        });
    }

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

    private static bool IsGateway(Port port) => string.Equals(port.DeviceOwner, DeviceOwners.RouterGateway, StringComparison.Ordinal);
}
