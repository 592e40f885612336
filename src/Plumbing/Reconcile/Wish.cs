using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What is wanted of each unit, and which unit a name belongs to that the kernel tells of. Immutable.</summary>
internal sealed class Wish
{
    private readonly Dictionary<Unit, WantedNetwork> _networks = [];
    private readonly Dictionary<Unit, WantedRouter> _routers = [];
    private readonly Dictionary<string, Unit> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Unit> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<Unit, string> _refused;
    private readonly ILookup<string, WantedPort> _guests;

    public Wish(WantedHost host)
    {
        Host = host;
        _refused = NameClashes.Find(host);
        _guests = (host.Ports ?? []).Where(p => p.Trust != PortTrust.Infrastructure).ToLookup(p => p.NetworkId, StringComparer.Ordinal);
        foreach (var network in host.Networks) Add(network);
        foreach (var router in host.Routers) Add(router);
    }

    /// <summary>Nothing.</summary>
    public static Wish Nothing { get; } = new(WantedHost.Empty);

    public WantedHost Host { get; }

    /// <summary>Networks and routers.</summary>
    public IEnumerable<Unit> Units => _networks.Keys.Concat(_routers.Keys);

    public WantedNetwork? Network(Unit unit) => _networks.GetValueOrDefault(unit);

    public WantedRouter? Router(Unit unit) => _routers.GetValueOrDefault(unit);

    public bool Has(Unit unit) => _networks.ContainsKey(unit) || _routers.ContainsKey(unit);

    /// <summary>Guests' ports on a network.</summary>
    public IReadOnlyList<WantedPort> Guests(WantedNetwork network) => [.. _guests[network.Id]];

    /// <summary>Why a unit may not be touched; null when it may.</summary>
    public string? Refusal(Unit unit) => _refused.GetValueOrDefault(unit);

    /// <summary>Whose a namespace is.</summary>
    public Unit? OfNamespace(string name) => _namespaces.TryGetValue(name, out var unit) ? unit : null;

    /// <summary>Whose a device of the host is.</summary>
    public Unit? OfDevice(string name) => _devices.TryGetValue(name, out var unit) ? unit : null;

    /// <summary>Networks a router stands on.</summary>
    public IEnumerable<Unit> NetworksOf(Unit router)
    {
        if (Router(router) is not { } wanted) yield break;
        foreach (var leg in wanted.Interfaces) yield return new Unit(UnitKind.Network, leg.NetworkId);
        if (wanted.Gateway is { } gateway) yield return new Unit(UnitKind.Network, gateway.NetworkId);
    }

    /// <summary>Routers that stand on a network.</summary>
    public IEnumerable<WantedRouter> RoutersOn(Unit network) => _routers.Where(r => NetworksOf(r.Key).Contains(network)).Select(r => r.Value);

    /// <summary>Names of things on the host that a unit will have.</summary>
    public IEnumerable<string> Names(Unit unit)
    {
        if (Network(unit) is { } network)
        {
            yield return DeviceNames.Bridge(network.Id);
            if (network.Uplink is { } uplink) yield return uplink;
            if (network.Dhcp is { } dhcp) yield return DeviceNames.HostEnd(dhcp.PortId);
        }

        if (Router(unit) is not { } router) yield break;
        foreach (var leg in router.Interfaces) yield return DeviceNames.HostEnd(leg.PortId);
        if (router.Gateway is { } gateway) yield return DeviceNames.HostEnd(gateway.PortId);
    }

    /// <summary>Units of which something else is wanted than before.</summary>
    public IEnumerable<Unit> DifferentFrom(Wish former) => Units.Where(unit =>
        !ReferenceEquals(Network(unit), former.Network(unit)) || !ReferenceEquals(Router(unit), former.Router(unit))
        || !string.Equals(Refusal(unit), former.Refusal(unit), StringComparison.Ordinal)
        || (Network(unit) is { } network && !AreSame(_guests[network.Id], former._guests[network.Id])));

    /// <summary>Whether the guard of ports must be made right for this one before anything is made.</summary>
    public bool IsGuardedAs(Wish former) => Host.Ports is { } ports && former.Host.Ports is { } others
        && AreSame(ports, others) && AreSame(Host.Networks, former.Host.Networks) && AreSame(Host.Routers, former.Host.Routers);

    private static bool AreSame<T>(IEnumerable<T> some, IEnumerable<T> others)
        where T : class => some.SequenceEqual(others, ReferenceEqualityComparer.Instance);

    private void Add(WantedNetwork network)
    {
        var unit = new Unit(UnitKind.Network, network.Id);
        _networks[unit] = network;
        _namespaces[DeviceNames.DhcpNamespace(network.Id)] = unit;
        foreach (var name in Names(unit).Concat(_guests[network.Id].Select(p => DeviceNames.HostEnd(p.Id)))) _devices.TryAdd(name, unit);
    }

    private void Add(WantedRouter router)
    {
        var unit = new Unit(UnitKind.Router, router.Id);
        _routers[unit] = router;
        _namespaces[DeviceNames.RouterNamespace(router.Id)] = unit;
        foreach (var name in Names(unit)) _devices.TryAdd(name, unit);
    }
}
