using System.Collections.Immutable;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Host;

/// <summary>A port of a router, and the network it stands on.</summary>
internal readonly record struct RouterPort(NetworkView View, Port Port);

/// <summary>A router with all that what is wanted of it follows from.</summary>
/// <param name="Router">The router.</param>
/// <param name="Legs">Its interfaces.</param>
/// <param name="Gateway">Its way outside; null for none.</param>
/// <param name="FloatingIps">Floating addresses it translates, by address.</param>
internal sealed record RouterSite(Router Router, ImmutableArray<RouterPort> Legs, RouterPort? Gateway, ImmutableArray<FloatingIp> FloatingIps)
{
    /// <summary>All routers, by id.</summary>
    public static IEnumerable<RouterSite> All(Cloud cloud, ImmutableArray<NetworkView> views)
    {
        if (cloud.Routers.IsEmpty) return [];
        var legs = (from view in views from port in view.RouterPorts select new RouterPort(view, port)).ToLookup(l => l.Port.DeviceId, StringComparer.Ordinal);
        var gateways = (from view in views from port in view.Ports where IsGateway(port) select new RouterPort(view, port)).ToLookup(l => l.Port.DeviceId, StringComparer.Ordinal);
        var routes = new FloatingRoutes(cloud);
        var floating = cloud.FloatingIps.Values
            .OrderBy(f => NetworkView.SortKey(f.Address), StringComparer.Ordinal)
            .ToLookup(f => routes.RouterOf(f) ?? "", StringComparer.Ordinal);
        return cloud.Routers.Values
            .OrderBy(r => r.Id, StringComparer.Ordinal)
            .Select(r => new RouterSite(r, [.. legs[r.Id]], gateways[r.Id].Select(g => (RouterPort?)g).FirstOrDefault(), [.. floating[r.Id]]));
    }

    /// <summary>Whether nothing of it changed: every part is the same object.</summary>
    public bool IsAs(RouterSite other) =>
        ReferenceEquals(Router, other.Router)
        && Legs.SequenceEqual(other.Legs, AreSame)
        && (Gateway is { } gateway ? other.Gateway is { } former && AreSame(gateway, former) : other.Gateway is null)
        && FloatingIps.SequenceEqual(other.FloatingIps, ReferenceEquals);

    private static bool AreSame(RouterPort one, RouterPort other) => ReferenceEquals(one.View, other.View) && ReferenceEquals(one.Port, other.Port);

    private static bool IsGateway(Port port) => string.Equals(port.DeviceOwner, DeviceOwners.RouterGateway, StringComparison.Ordinal);
}
