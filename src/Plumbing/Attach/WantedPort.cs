using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Attach;

/// <summary>What is believed of what comes out of a port's device.</summary>
public enum PortTrust
{
    /// <summary>A guest: only its own MAC and addresses, no DHCP server, no router. The default.</summary>
    Guarded,

    /// <summary>A guest whose port security is off: anything.</summary>
    Unguarded,

    /// <summary>A port of the cloud itself (DHCP, router): anything.</summary>
    Infrastructure,
}

/// <summary>A port whose device <c>tap…</c> may stand in a bridge of this host.</summary>
public sealed record WantedPort
{
    /// <summary>UUID with hyphens, lower case: the name of the device follows from it.</summary>
    public required string Id { get; init; }

    /// <summary>Network it is on.</summary>
    public required string NetworkId { get; init; }

    /// <summary>MAC it sends from.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>Addresses it sends from, besides the link-local one of its MAC.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>What it may send from besides (Neutron's <c>allowed_address_pairs</c>), except to the metadata service.</summary>
    public ImmutableArray<AddressPair> Pairs { get; init; } = [];

    /// <summary>What is believed of it; default <see cref="PortTrust.Guarded"/>.</summary>
    public PortTrust Trust { get; init; }
}

/// <summary>Addresses a port may send from besides its own.</summary>
/// <param name="Addresses">A prefix; a single address has 32 or 128 bits.</param>
/// <param name="Mac">MAC they go with; null for the port's own.</param>
public sealed record AddressPair(IPNetwork Addresses, PhysicalAddress? Mac);
