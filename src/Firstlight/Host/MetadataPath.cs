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
    public static ImmutableArray<WantedListener> Listeners(Cloud cloud, HostOptions options) => Listeners(cloud, NetworkView.All(cloud), options);

    /// <inheritdoc cref="Listeners(Cloud, HostOptions)"/>
    internal static ImmutableArray<WantedListener> Listeners(Cloud cloud, ImmutableArray<NetworkView> views, HostOptions options)
    {
        if (options.Haproxy is not null) return [];
        var listeners = ImmutableArray.CreateBuilder<WantedListener>();
        foreach (var view in views)
        {
            if (!IsProxyWanted(view, options)) continue;
            var name = DeviceNames.DhcpNamespace(view.Network.Id);
            listeners.Add(new WantedListener(ScopeKind.Network, view.Network.Id, name, MetadataAddress.V4, MetadataAddress.GuestPort, Device: null));
            if (HasV6InDhcpNamespace(view, options))
                listeners.Add(new WantedListener(ScopeKind.Network, view.Network.Id, name, MetadataAddress.V6, MetadataAddress.GuestPort, DeviceNames.DhcpEnd(view.DhcpPort!.Id)));
        }

        foreach (var router in options.EnableMetadataProxy ? cloud.Routers.Values.OrderBy(r => r.Id, StringComparer.Ordinal) : Enumerable.Empty<Router>())
        {
            var name = DeviceNames.RouterNamespace(router.Id);
            listeners.Add(new WantedListener(ScopeKind.Router, router.Id, name, IPAddress.Any, options.MetadataPort, Device: null));
            listeners.Add(new WantedListener(ScopeKind.Router, router.Id, name, IPAddress.IPv6Any, options.MetadataPort, Device: null));
        }

        return listeners.ToImmutable();
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
