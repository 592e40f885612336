using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Links;

/// <summary>A device as the kernel has it.</summary>
internal sealed record Device(string Name, PhysicalAddress? Mac, int Mtu, bool Up, string? Master, IReadOnlyList<LinkAddress> Addresses)
{
    /// <summary>Its number in its namespace.</summary>
    public int Index { get; init; }

    /// <summary>Whether it carries packets (IFF_RUNNING, netdevice(7)): it is up, and so is what is at its other end. In a bridge without spanning tree it is heard from then on.</summary>
    public bool Running { get; init; }

    /// <summary>Whether it is a bridge that learns no MAC off frames to reserved groups (see <see cref="BridgeLearning"/>). Of one that is down the kernel does not tell when that changes.</summary>
    public bool RefusesReserved { get; init; }

    /// <summary>For a veth, the number its other end has in the namespace that is in; 0 for none.</summary>
    public int Peer { get; init; }
}

/// <summary>An address on a device. <paramref name="LinkLocal"/> is scope link, whatever the family.</summary>
internal sealed record LinkAddress(IPAddress Address, int PrefixLength, bool LinkLocal, AddressState State = AddressState.Ready)
{
    /// <summary>Whether duplicate detection found another owner: it is never used.</summary>
    public bool Failed => State == AddressState.Duplicate;

    /// <summary>Whether the kernel takes it away after a while, as one that was told of in a router advertisement.</summary>
    public bool Ends { get; init; }
}

/// <summary>A default route of the main table.</summary>
internal sealed record DefaultRoute(IPAddress? Gateway, string Device);

/// <summary>A route of the main table to a prefix whose neighbours are on a device; the kernel makes one with each address.</summary>
internal sealed record ConnectedRoute(IPNetwork Prefix, string Device);

/// <summary>An address that neighbour discovery is answered for on a device that does not carry it.</summary>
internal sealed record ProxiedNeighbour(IPAddress Address, string Device);

/// <summary>Devices, addresses, routes and proxied neighbours of one namespace at one moment.</summary>
internal sealed record LinkDump(IReadOnlyDictionary<string, Device> Devices, IReadOnlyList<DefaultRoute> Defaults, IReadOnlyList<ProxiedNeighbour> Proxied)
{
    /// <summary>Routes to prefixes on devices.</summary>
    public IReadOnlyList<ConnectedRoute> Connected { get; init; } = [];

    /// <summary>A namespace that was made just now.</summary>
    public static LinkDump Nothing { get; } = new(new Dictionary<string, Device>(StringComparer.Ordinal), [], []);
}
