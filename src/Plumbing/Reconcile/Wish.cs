using System.Collections.Immutable;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What is wanted of each unit, and which unit a name belongs to that the kernel tells of. Immutable.</summary>
/// <remarks>Made from the one before, which most of it is taken from: names of devices are made from ids once, and not again with each change of one network among thousands.</remarks>
internal sealed class Wish
{
    private readonly Dictionary<Unit, Part> _parts;
    private readonly Dictionary<string, Unit> _namespaces;
    private readonly Dictionary<string, Unit> _devices;
    private readonly Dictionary<Unit, string> _refused;

    /// <param name="host">What is wanted.</param>
    /// <param name="former">The wish before; null where nothing is to be taken from one.</param>
    public Wish(WantedHost host, Wish? former = null)
    {
        Host = host;
        _refused = NameClashes.Find(host);
        _parts = new(host.Networks.Length + host.Routers.Length);
        _namespaces = new(_parts.Capacity, StringComparer.Ordinal);
        _devices = new(former?._devices.Count ?? 0, StringComparer.Ordinal);
        var (places, guests) = Guests(host, former);
        foreach (var network in host.Networks)
        {
            var unit = new Unit(UnitKind.Network, network.Id);
            var known = former?._parts.GetValueOrDefault(unit);
            var isSame = known is not null && !places.Contains(network.Id);
            if (isSame && ReferenceEquals(known!.Network, network)) Add(unit, known);
            else Add(unit, Part.Of(network, isSame ? known!.Guests : [.. guests[network.Id]]));
        }

        foreach (var router in host.Routers)
        {
            var unit = new Unit(UnitKind.Router, router.Id);
            var known = former?._parts.GetValueOrDefault(unit);
            Add(unit, known is not null && ReferenceEquals(known.Router, router) ? known : Part.Of(router));
        }
    }

    /// <summary>Nothing.</summary>
    public static Wish Nothing { get; } = new(WantedHost.Empty);

    public WantedHost Host { get; }

    /// <summary>Networks and routers.</summary>
    public IEnumerable<Unit> Units => _parts.Keys;

    public WantedNetwork? Network(Unit unit) => _parts.GetValueOrDefault(unit)?.Network;

    public WantedRouter? Router(Unit unit) => _parts.GetValueOrDefault(unit)?.Router;

    public bool Has(Unit unit) => _parts.ContainsKey(unit);

    /// <summary>Guests' ports on a network.</summary>
    public IReadOnlyList<WantedPort> Guests(Unit network) => _parts.GetValueOrDefault(network)?.Guests ?? [];

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
    public IEnumerable<WantedRouter> RoutersOn(Unit network) =>
        _parts.Where(p => p.Key.Kind == UnitKind.Router && NetworksOf(p.Key).Contains(network)).Select(p => p.Value.Router!);

    /// <summary>Names of things on the host that a unit will have.</summary>
    public IReadOnlyList<string> Names(Unit unit) => _parts.GetValueOrDefault(unit)?.Names ?? [];

    /// <summary>Units of which something else is wanted than by the wish this one was made from.</summary>
    public IEnumerable<Unit> DifferentFrom(Wish former) => _parts
        .Where(p => !ReferenceEquals(p.Value, former._parts.GetValueOrDefault(p.Key)) || !string.Equals(Refusal(p.Key), former.Refusal(p.Key), StringComparison.Ordinal))
        .Select(p => p.Key);

    /// <summary>Whether the guard of ports must be made right for this one before anything is made.</summary>
    public bool IsGuardedAs(Wish former) => Host.Ports is { } ports && former.Host.Ports is { } others
        && AreSame(ports, others) && AreSame(Host.Networks, former.Host.Networks) && AreSame(Host.Routers, former.Host.Routers);

    // Networks on which a guest's port is another than before, or of which nothing was wished; and the guests' ports on them. Most ports stand where they stood.
    private static (HashSet<string> Places, ILookup<string, WantedPort> Guests) Guests(WantedHost host, Wish? former)
    {
        ImmutableArray<WantedPort> before = former?.Host.Ports ?? [], after = host.Ports ?? [];
        var (start, end, shorter) = (0, 0, Math.Min(before.Length, after.Length));
        while (start < shorter && ReferenceEquals(before[start], after[start])) start++;
        while (start + end < shorter && ReferenceEquals(before[^(end + 1)], after[^(end + 1)])) end++;
        var different = new HashSet<WantedPort>(before[start..^end], ReferenceEqualityComparer.Instance);
        different.SymmetricExceptWith(after[start..^end]);
        var places = different.Where(IsGuests).Select(p => p.NetworkId).ToHashSet(StringComparer.Ordinal);
        places.UnionWith(host.Networks.Where(n => former?.Has(new Unit(UnitKind.Network, n.Id)) != true).Select(n => n.Id));
        var guests = after.Where(p => IsGuests(p) && places.Contains(p.NetworkId));
        return (places, guests.ToLookup(p => p.NetworkId, StringComparer.Ordinal));
    }

    private static bool IsGuests(WantedPort port) => port.Trust != PortTrust.Infrastructure;

    private static bool AreSame<T>(IEnumerable<T> some, IEnumerable<T> others)
        where T : class => some.SequenceEqual(others, ReferenceEqualityComparer.Instance);

    private void Add(Unit unit, Part part)
    {
        _parts[unit] = part;
        _namespaces[part.Namespace] = unit;
        foreach (var name in part.Names) _devices.TryAdd(name, unit);
        foreach (var name in part.Guarded) _devices.TryAdd(name, unit);
    }

    /// <summary>What is wanted of one network or router.</summary>
    /// <param name="Namespace">Its namespace.</param>
    /// <param name="Names">Things on the host that it will have.</param>
    private sealed record Part(string Namespace, string[] Names)
    {
        public WantedNetwork? Network { get; private init; }

        public WantedRouter? Router { get; private init; }

        /// <summary>Guests' ports.</summary>
        public WantedPort[] Guests { get; private init; } = [];

        /// <summary>Devices of the guests.</summary>
        public string[] Guarded { get; private init; } = [];

        public static Part Of(WantedNetwork network, WantedPort[] guests)
        {
            string?[] names = [DeviceNames.Bridge(network.Id), network.Uplink, network.Dhcp is { } dhcp ? DeviceNames.HostEnd(dhcp.PortId) : null];
            return new Part(DeviceNames.DhcpNamespace(network.Id), [.. names.OfType<string>()])
            {
                Network = network,
                Guests = guests,
                Guarded = [.. guests.Select(p => DeviceNames.HostEnd(p.Id))],
            };
        }

        public static Part Of(WantedRouter router)
        {
            var ports = router.Interfaces.Select(leg => leg.PortId);
            if (router.Gateway is { } gateway) ports = ports.Append(gateway.PortId);
            return new Part(DeviceNames.RouterNamespace(router.Id), [.. ports.Select(DeviceNames.HostEnd)]) { Router = router };
        }
    }
}
