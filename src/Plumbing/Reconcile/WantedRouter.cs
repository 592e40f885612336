using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>A router this host carries.</summary>
public sealed record WantedRouter
{
    /// <summary>UUID with hyphens, lower case: the name of the namespace follows from it.</summary>
    public required string Id { get; init; }

    /// <summary>Its legs, one a port.</summary>
    public ImmutableArray<WantedRouterInterface> Interfaces { get; init; } = [];

    /// <summary>Its way outside; null for none.</summary>
    public WantedGateway? Gateway { get; init; }

    /// <summary>Whether port 80 of the metadata address is turned to <see cref="MetadataPort"/>; default true.</summary>
    public bool MetadataProxy { get; init; } = true;

    /// <summary>TCP port the metadata listener of the namespace has; default 9697.</summary>
    public int MetadataPort { get; init; } = 9697;

    /// <summary>The haproxy of the namespace, at <see cref="MetadataPort"/> of every address; null when someone else listens there. Default null.</summary>
    public WantedProxy? Proxy { get; init; }

    /// <summary>Mark of guests' metadata packets within the low 16 bits; default 1 (Neutron's <c>metadata_access_mark</c>).</summary>
    public ushort MetadataMark { get; init; } = 1;
}

/// <summary>A leg of a router.</summary>
public sealed record WantedRouterInterface
{
    /// <summary>UUID of the port: names of the devices follow from it.</summary>
    public required string PortId { get; init; }

    /// <summary>Network it stands on, which must be wanted too.</summary>
    public required string NetworkId { get; init; }

    /// <summary>MAC of the port.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>MTU in bytes; default 1500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Addresses.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Whether the router answers neighbour discovery for fe80::a9fe:a9fe here: where the network's own DHCP namespace does not have it.
    /// It answers as one of several may (RFC 4861, 7.2.7), so that every router of a network can.</summary>
    public bool MetadataV6 { get; init; }

    /// <summary>Prefixes announced by router advertisements.</summary>
    public ImmutableArray<WantedAdvertisement> Advertisements { get; init; } = [];
}

/// <summary>The leg of a router on an external network.</summary>
public sealed record WantedGateway
{
    /// <summary>UUID of the port: names of the devices follow from it.</summary>
    public required string PortId { get; init; }

    /// <summary>External network, which must be wanted too.</summary>
    public required string NetworkId { get; init; }

    /// <summary>MAC of the port.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>MTU in bytes; default 1500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Addresses; the first IPv4 one is what inner addresses become.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Next hops of the default routes, at most one an IP version.</summary>
    public ImmutableArray<IPAddress> NextHops { get; init; } = [];

    /// <summary>Whether what leaves gets the gateway's IPv4 address as source; default true. IPv6 is never translated.</summary>
    public bool Snat { get; init; } = true;

    /// <summary>Floating addresses this router carries; addresses and fixed addresses are each there once.</summary>
    public ImmutableArray<WantedFloatingIp> FloatingIps { get; init; } = [];
}

/// <summary>An IPv4 address outside that leads to one inside, both ways.</summary>
/// <param name="Address">Outside.</param>
/// <param name="FixedAddress">Inside.</param>
public sealed record WantedFloatingIp(IPAddress Address, IPAddress FixedAddress);

/// <summary>A prefix a router announces.</summary>
/// <param name="SubnetId">UUID of its subnet.</param>
/// <param name="Cidr">The prefix, 64 bits long.</param>
/// <param name="Mode">Which flags are set: Slaac A; Stateless A and O; Stateful M and O.</param>
/// <param name="Dns">DNS servers announced.</param>
public sealed record WantedAdvertisement(string SubnetId, IPNetwork Cidr, DhcpV6Service Mode, ImmutableArray<IPAddress> Dns);
