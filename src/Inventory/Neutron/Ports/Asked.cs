using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>A scope whose id was read: Neutron's ids are UUIDs, and nothing else is ever asked for.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScopeKey(ScopeKind Kind, Guid Id)
{
    public static bool TryRead(Scope scope, out ScopeKey key)
    {
        var isUuid = Guid.TryParseExact(scope.Id, "D", out var id);
        key = new ScopeKey(scope.Kind, id);
        return isUuid;
    }
}

/// <summary>What a port is known by: its MAC, or else one of its fixed addresses.</summary>
internal readonly record struct PeerKey
{
    public IPAddress? Address { get; private init; }

    public PhysicalAddress? Mac { get; private init; }

    public static PeerKey Of(in PortQuery query) => query.Mac is { } mac ? Of(mac) : Of(query.Address);

    public static PeerKey Of(PhysicalAddress mac) => new() { Mac = mac };

    public static PeerKey Of(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return new PeerKey { Address = address };
        if (address.IsIPv4MappedToIPv6) return new PeerKey { Address = address.MapToIPv4() };
        return new PeerKey { Address = address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes()) };
    }
}

/// <summary>The networks a port is looked for in. There is always at least one: a search without networks would be one of the whole cloud.</summary>
internal sealed class NetworkSet
{
    private readonly HashSet<Guid> _ids;

    private NetworkSet(HashSet<Guid> ids) => _ids = ids;

    public IReadOnlyCollection<Guid> Ids => _ids;

    public static NetworkSet Of(Guid id) => new([id]);

    /// <returns>Null when there are none.</returns>
    public static NetworkSet? From(IEnumerable<Guid> ids)
    {
        var set = ids.ToHashSet();
        return set.Count == 0 ? null : new NetworkSet(set);
    }

    public bool Contains(Guid id) => _ids.Contains(id);

    // The set's own: it does not allocate.
    public HashSet<Guid>.Enumerator GetEnumerator() => _ids.GetEnumerator();
}
