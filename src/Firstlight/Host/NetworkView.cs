using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Host;

/// <summary>A network with all that stands on it, in an order that does not depend on how the inventory keeps it.</summary>
/// <remarks>Neutron writes things in the order it made them. The inventory has no such order, so: IPv4 before IPv6, then by address; routers' ports before guests'.</remarks>
internal sealed record NetworkView(Network Network, ImmutableArray<Subnet> Subnets, ImmutableArray<Port> Ports)
{
    /// <summary>The views of all networks, by id.</summary>
    /// <param name="cloud">The inventory.</param>
    /// <param name="former">The view of a network before, by its id; null when there is none. Where nothing changed that is the one.</param>
    public static ImmutableArray<NetworkView> All(Cloud cloud, Func<string, NetworkView?>? former = null)
    {
        var subnets = cloud.Subnets.Values.ToLookup(s => s.NetworkId, StringComparer.Ordinal);
        var ports = cloud.Ports.Values.ToLookup(p => p.NetworkId, StringComparer.Ordinal);
        return
        [
            .. cloud.Networks.Values.OrderBy(n => n.Id, StringComparer.Ordinal).Select(n =>
                former?.Invoke(n.Id) is { } same && same.IsOf(n, subnets[n.Id], ports[n.Id]) ? same : Of(n, subnets[n.Id], ports[n.Id])),
        ];
    }

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

    // Whatever their order, the same records make the same view.
    private bool IsOf(Network network, IEnumerable<Subnet> subnets, IEnumerable<Port> ports) =>
        ReferenceEquals(Network, network) && AreSame(Subnets, subnets) && AreSame(Ports, ports);

    private static bool AreSame<T>(ImmutableArray<T> some, IEnumerable<T> others)
        where T : class => new HashSet<T>(others, ReferenceEqualityComparer.Instance) is var set && set.Count == some.Length && some.All(set.Contains);
}
