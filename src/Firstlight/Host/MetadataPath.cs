using System.Collections.Immutable;
using System.Net;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Links;

namespace Firstlight.Host;

/// <summary>A socket the metadata agent shall listen on.</summary>
/// <param name="Kind">Whether it identifies guests by network or by router.</param>
/// <param name="Id">UUID of that network or router.</param>
/// <param name="NamespaceName">Namespace to listen in, below /run/netns.</param>
/// <param name="Address">Address to bind, without scope id.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Device">Device whose index is the scope id of a link-local address; null otherwise.</param>
public sealed record WantedListener(ScopeKind Kind, string Id, string NamespaceName, IPAddress Address, int Port, string? Device);

/// <summary>By which way guests of a network reach metadata. Neutron's rules, decided by pure functions.</summary>
public static class MetadataPath
{
    /// <summary>All listeners of this host; none where haproxy stands in their place.</summary>
    /// <param name="cloud">The inventory; DHCP ports are in it already.</param>
    /// <param name="options">The operator's choices.</param>
    public static ImmutableArray<WantedListener> Listeners(Cloud cloud, HostOptions options) => WantedRevision.Of(cloud, options, former: null).Listeners;

    /// <summary>Those of a network.</summary>
    internal static ImmutableArray<WantedListener> OfNetwork(NetworkView view, HostOptions options)
    {
        if (options.Haproxy is not null || !IsProxyWanted(view, options)) return [];
        var id = view.Network.Id;
        var v4 = new WantedListener(ScopeKind.Network, id, DeviceNames.DhcpNamespace(id), MetadataAddress.V4, MetadataAddress.GuestPort, Device: null);
        return HasV6InDhcpNamespace(view, options) ? [v4, v4 with { Address = MetadataAddress.V6, Device = DeviceNames.DhcpEnd(view.DhcpPort!.Id) }] : [v4];
    }

    /// <summary>Those of all routers, by id.</summary>
    internal static IEnumerable<WantedListener> OfRouters(Cloud cloud, HostOptions options)
    {
        if (options.Haproxy is not null || !options.EnableMetadataProxy) yield break;
        foreach (var id in cloud.Routers.Keys.Order(StringComparer.Ordinal))
        {
            var v4 = new WantedListener(ScopeKind.Router, id, DeviceNames.RouterNamespace(id), IPAddress.Any, options.MetadataPort, Device: null);
            yield return v4;
            yield return v4 with { Address = IPAddress.IPv6Any };
        }
    }

    /// <summary>Whether no router answers for a subnet: none has an interface on it with the subnet's own gateway address.</summary>
    internal static bool IsIsolated(NetworkView view, Subnet subnet) =>
        subnet.GatewayIp is null
        || !view.RouterPorts.SelectMany(p => p.FixedIps).Any(f => string.Equals(f.SubnetId, subnet.Id, StringComparison.Ordinal) && f.Address.Equals(subnet.GatewayIp));

    /// <summary>Whether the DHCP namespace of a network has a metadata listener.</summary>
    internal static bool IsProxyWanted(NetworkView view, HostOptions options)
    {
        var served = view.Subnets.Where(s => s.EnableDhcp).ToList();
        if (served.Count == 0 || view.DhcpPort is null) return false;
        return options.ForceMetadata || (options.EnableIsolatedMetadata && served.Exists(s => IsIsolated(view, s)));
    }

    /// <summary>Next hop of 169.254.169.254 told to guests of an IPv4 subnet; null for no route.</summary>
    internal static IPAddress? NextHop(NetworkView view, Subnet subnet, HostOptions options)
    {
        if (subnet is not { EnableDhcp: true, IpVersion: 4 }) return null;
        var isolated = IsIsolated(view, subnet);
        if (options.ForceMetadata || (isolated && options.EnableIsolatedMetadata))
            return view.DhcpPort?.FixedIps.FirstOrDefault(f => string.Equals(f.SubnetId, subnet.Id, StringComparison.Ordinal))?.Address;
        return isolated ? null : subnet.GatewayIp;
    }

    /// <summary>Whether 169.254.169.254 stands in the DHCP namespace: as in Neutron even where nothing listens there.</summary>
    internal static bool HasV4InDhcpNamespace(HostOptions options) => options.ForceMetadata || options.EnableIsolatedMetadata;

    /// <summary>Whether fe80::a9fe:a9fe stands in the DHCP namespace: where that has a listener. Otherwise routers answer for it, see <see cref="AnswersForV6"/>.</summary>
    internal static bool HasV6InDhcpNamespace(NetworkView view, HostOptions options) => view.HasV6 && IsProxyWanted(view, options);

    /// <summary>Whether a router answers for fe80::a9fe:a9fe at one of its ports: where the DHCP namespace does not, each router at its first port on the network.</summary>
    internal static bool AnswersForV6(NetworkView view, Port port, HostOptions options) =>
        options.EnableMetadataProxy && view.HasV6 && !IsProxyWanted(view, options)
        && ReferenceEquals(view.RouterPorts.FirstOrDefault(p => string.Equals(p.DeviceId, port.DeviceId, StringComparison.Ordinal)), port);
}
