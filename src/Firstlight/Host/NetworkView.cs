using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Host;

/// <summary>A network with all that stands on it, in an order that does not depend on how the inventory keeps it.</summary>
/// <remarks>Neutron writes things in the order it made them. The inventory has no such order, so: IPv4 before IPv6, then by address; routers' ports before guests'.</remarks>
internal sealed record NetworkView(Network Network, ImmutableArray<Subnet> Subnets, ImmutableArray<Port> Ports)
{
    /// <summary>The views of all networks, by id.</summary>
    public static ImmutableArray<NetworkView> All(Cloud cloud) => [.. Of(cloud, cloud.Networks.Keys.ToHashSet(StringComparer.Ordinal)).OrderBy(v => v.Network.Id, StringComparer.Ordinal)];

    /// <summary>The views of some networks; there is none of one that is not in the inventory.</summary>
    /// <param name="cloud">The inventory.</param>
    /// <param name="ids">Their ids.</param>
    public static IEnumerable<NetworkView> Of(Cloud cloud, IReadOnlySet<string> ids) =>
        ids.Select(id => cloud.Networks.GetValueOrDefault(id)).OfType<Network>().Select(n => Of(n, cloud.SubnetsOn(n.Id), cloud.PortsOn(n.Id)));

    /// <summary>The port DHCP is served from, or null.</summary>
    public Port? DhcpPort => Ports.FirstOrDefault(IsDhcp);

    /// <summary>Ports of routers.</summary>
    public IEnumerable<Port> RouterPorts => Ports.Where(IsRouterPort);

    /// <summary>Whether a port is DHCP's, of this host or another.</summary>
    public static bool IsDhcp(Port port) => string.Equals(port.DeviceOwner, DeviceOwners.Dhcp, StringComparison.Ordinal);

    /// <summary>Whether it has an IPv6 subnet.</summary>
    public bool HasV6 => Subnets.Any(s => s.IpVersion == 6);

    /// <summary>Whether a port is a router's leg.</summary>
    public static bool IsRouterPort(Port port) => string.Equals(port.DeviceOwner, DeviceOwners.RouterInterface, StringComparison.Ordinal);

    /// <summary>Text that sorts addresses: IPv4 first, then by value.</summary>
    public static string SortKey(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return $"{bytes.Length:x2}{Convert.ToHexStringLower(bytes)}";
    }

    private static NetworkView Of(Network network, IEnumerable<Subnet> subnets, IEnumerable<Port> ports) => new(
        network,
        [.. subnets.OrderBy(s => SortKey(s.Cidr.BaseAddress), StringComparer.Ordinal).ThenBy(s => s.Cidr.PrefixLength)],
        [
            .. ports
                .OrderBy(p => IsRouterPort(p) ? 0 : 1)
                .ThenBy(p => p.FixedIps is [var first, ..] ? SortKey(first.Address) : "", StringComparer.Ordinal)
                .ThenBy(p => p.Id, StringComparer.Ordinal),
        ]);
}
