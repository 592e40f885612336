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
    private readonly Cloud _cloud;
    private readonly HostOptions _options;
    private readonly ImmutableSortedDictionary<string, OfNetwork> _networks;
    private readonly ImmutableSortedDictionary<string, WantedPort> _ports;
    private readonly Dictionary<string, (RouterSite Site, WantedRouter Wanted)> _routers = new(StringComparer.Ordinal);

    // The first revision follows the empty cloud, of which nothing is wanted: there is one way for all.
    private WantedRevision(Cloud cloud, HostOptions options, WantedRevision? former)
    {
        (_cloud, _options) = (cloud, options);
        var change = CloudChange.Between(former?._cloud ?? Cloud.Empty, cloud);
        _networks = Networks(former?._networks ?? Nothing<OfNetwork>(), change);
        _ports = Replace(former?._ports ?? Nothing<WantedPort>(), change.Ports.Removed.Select(p => p.Id), change.Ports.Added.Select(p => KeyValuePair.Create(p.Id, GuestPorts.Of(p))));
        Host = new WantedHost(
            [.. _networks.Values.Select(n => n.Wanted)],
            [.. RouterSite.All(cloud, [.. _networks.Values.Select(n => n.View)]).Select(site => Router(site, former))])
        {
            Ports = [.. _ports.Values],
        };
        Listeners = [.. _networks.Values.SelectMany(n => n.Listeners), .. MetadataPath.OfRouters(cloud, options)];
    }

    /// <summary>Revision of the inventory.</summary>
    public long Revision => _cloud.Revision;

    /// <summary>Networks, routers and ports, each by id.</summary>
    public WantedHost Host { get; }

    /// <summary>Where the agent shall listen.</summary>
    public ImmutableArray<WantedListener> Listeners { get; }

    /// <summary>Says what a cloud wants.</summary>
    /// <param name="cloud">The inventory; DHCP ports are in it already.</param>
    /// <param name="options">The operator's choices.</param>
    /// <param name="former">The revision before; null when there is none. By other choices nothing is taken from it.</param>
    public static WantedRevision Of(Cloud cloud, HostOptions options, WantedRevision? former) =>
        new(cloud, options, former is not null && ReferenceEquals(former._options, options) ? former : null);

    private ImmutableSortedDictionary<string, OfNetwork> Networks(ImmutableSortedDictionary<string, OfNetwork> former, CloudChange change)
    {
        var views = NetworkView.Of(_cloud, change.Networks);
        var renamed = change.Renamed(_cloud).Where(id => !change.Networks.Contains(id)).Select(id => former[id].View);
        return Replace(former, change.Networks, views.Concat(renamed).Select(view => KeyValuePair.Create(view.Network.Id, Network(view))));
    }

    private OfNetwork Network(NetworkView view) => new(view, HostWanted.Network(_cloud, view, _options), MetadataPath.OfNetwork(view, _options));

    private WantedRouter Router(RouterSite site, WantedRevision? former)
    {
        var known = former?._routers.GetValueOrDefault(site.Router.Id) ?? default;
        var wanted = known.Site is { } before && site.IsAs(before) ? known.Wanted : RouterWanted.Of(site, _options);
        _routers[site.Router.Id] = (site, wanted);
        return wanted;
    }

    private static ImmutableSortedDictionary<string, T> Nothing<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    private static ImmutableSortedDictionary<string, T> Replace<T>(ImmutableSortedDictionary<string, T> former, IEnumerable<string> gone, IEnumerable<KeyValuePair<string, T>> come) =>
        former.RemoveRange(gone).SetItems(come);

    private sealed record OfNetwork(NetworkView View, WantedNetwork Wanted, ImmutableArray<WantedListener> Listeners);
}
