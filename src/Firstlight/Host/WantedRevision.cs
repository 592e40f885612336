using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>What one revision of the inventory wants of this host.</summary>
/// <remarks>
/// The plumber looks at each network and router of which something else is wanted, and knows by the object whether that is so. A revision is therefore made from
/// the one before: what follows from the same records is the same object, and a change costs looks at what it touches, however much else there is.
/// </remarks>
internal sealed class WantedRevision
{
    private readonly HostOptions _options;
    private readonly Dictionary<string, (NetworkView View, string?[] Names, WantedNetwork Wanted)> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (RouterSite Site, WantedRouter Wanted)> _routers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Port Port, WantedPort Wanted)> _ports = new(StringComparer.Ordinal);

    private WantedRevision(Cloud cloud, HostOptions options, WantedRevision? former)
    {
        _options = options;
        Revision = cloud.Revision;
        var views = NetworkView.All(cloud, former is null ? null : id => former._networks.TryGetValue(id, out var known) ? known.View : null);
        Host = new WantedHost([.. views.Select(view => Network(cloud, view, former))], [.. RouterSite.All(cloud, views).Select(site => Router(site, former))])
        {
            Ports = [.. cloud.Ports.Values.OrderBy(p => p.Id, StringComparer.Ordinal).Select(port => Guest(port, former))],
        };
        Listeners = MetadataPath.Listeners(cloud, views, options);
    }

    /// <summary>Revision of the inventory.</summary>
    public long Revision { get; }

    /// <summary>Networks, routers and ports.</summary>
    public WantedHost Host { get; }

    /// <summary>Where the agent shall listen.</summary>
    public ImmutableArray<WantedListener> Listeners { get; }

    /// <summary>Says what a cloud wants.</summary>
    /// <param name="cloud">The inventory; DHCP ports are in it already.</param>
    /// <param name="options">The operator's choices.</param>
    /// <param name="former">The revision before; null when there is none. By other choices nothing is taken from it.</param>
    public static WantedRevision Of(Cloud cloud, HostOptions options, WantedRevision? former) =>
        new(cloud, options, former is not null && ReferenceEquals(former._options, options) ? former : null);

    private WantedNetwork Network(Cloud cloud, NetworkView view, WantedRevision? former)
    {
        string?[] names = [.. GuestNames.Servers(cloud, view)];
        var known = former?._networks.GetValueOrDefault(view.Network.Id) ?? default;
        var isSame = ReferenceEquals(view, known.View) && names.SequenceEqual(known.Names, StringComparer.Ordinal);
        var wanted = isSame ? known.Wanted : HostWanted.Network(cloud, view, _options);
        _networks[view.Network.Id] = (view, names, wanted);
        return wanted;
    }

    private WantedRouter Router(RouterSite site, WantedRevision? former)
    {
        var known = former?._routers.GetValueOrDefault(site.Router.Id) ?? default;
        var wanted = known.Site is { } before && site.IsAs(before) ? known.Wanted : RouterWanted.Of(site, _options);
        _routers[site.Router.Id] = (site, wanted);
        return wanted;
    }

    private WantedPort Guest(Port port, WantedRevision? former)
    {
        var known = former?._ports.GetValueOrDefault(port.Id) ?? default;
        var wanted = ReferenceEquals(port, known.Port) ? known.Wanted : GuestPorts.Of(port);
        _ports[port.Id] = (port, wanted);
        return wanted;
    }
}
