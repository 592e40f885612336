using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>A network this host carries.</summary>
public sealed record WantedNetwork
{
    /// <summary>UUID with hyphens, lower case: names of bridge and namespace follow from it.</summary>
    public required string Id { get; init; }

    /// <summary>MTU in bytes; default 1500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Device of the host that is plugged into the bridge; it must be there and carry no address of the host. Null for none.</summary>
    public string? Uplink { get; init; }

    /// <summary>DHCP and metadata namespace; null for a bridge alone.</summary>
    public WantedDhcp? Dhcp { get; init; }

    /// <summary>The haproxy of that namespace, at 169.254.169.254 and, where it stands there, fe80::a9fe:a9fe; null when someone else listens there. Default null.</summary>
    public WantedProxy? Proxy { get; init; }
}

/// <summary>What the namespace <c>qdhcp-…</c> of a network holds.</summary>
public sealed record WantedDhcp
{
    /// <summary>UUID of the DHCP port: names of the devices follow from it.</summary>
    public required string PortId { get; init; }

    /// <summary>MAC of the DHCP port.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>Fixed addresses of the DHCP port.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Whether 169.254.169.254 stands on the device; default true.</summary>
    public bool MetadataV4 { get; init; } = true;

    /// <summary>Whether fe80::a9fe:a9fe stands on the device. At most one device of a network may have it, for it is added without duplicate detection.</summary>
    public bool MetadataV6 { get; init; }

    /// <summary>IPv4 default gateway of the namespace, or null.</summary>
    public IPAddress? GatewayV4 { get; init; }

    /// <summary>IPv6 default gateway of the namespace, or null.</summary>
    public IPAddress? GatewayV6 { get; init; }

    /// <summary>All subnets of the network, in the order their options are written.</summary>
    public ImmutableArray<WantedSubnet> Subnets { get; init; } = [];

    /// <summary>Names and addresses of ports, in the order they are written.</summary>
    public ImmutableArray<HostEntry> Hosts { get; init; } = [];

    /// <summary>Domain told to guests and appended to names, as configured; empty for none. A trailing dot is kept.</summary>
    public string DnsDomain { get; init; } = "openstacklocal";

    /// <summary>Lease time in seconds, or -1 for infinite; default 86,400.</summary>
    public int LeaseSeconds { get; init; } = 86_400;

    /// <summary>DHCP options of single ports, in the order they are written.</summary>
    public ImmutableArray<PortOption> PortOptions { get; init; } = [];

    /// <summary>What the operator lets dnsmasq do besides.</summary>
    public DnsmasqTuning Tuning { get; init; } = new();
}

/// <summary>How guests of an IPv6 subnet get their addresses, as far as DHCP is concerned.</summary>
public enum DhcpV6Service
{
    /// <summary>The subnet has no mode: served like <see cref="Stateful"/>, as Neutron does.</summary>
    Unset,

    /// <summary>Not by DHCP at all.</summary>
    Slaac,

    /// <summary>DHCPv6 hands out addresses.</summary>
    Stateful,

    /// <summary>DHCPv6 hands out options only.</summary>
    Stateless,
}

/// <summary>A subnet as DHCP tells of it.</summary>
public sealed record WantedSubnet
{
    /// <summary>UUID: the tag of its options.</summary>
    public required string Id { get; init; }

    /// <summary>Prefix.</summary>
    public required IPNetwork Cidr { get; init; }

    /// <summary>Gateway told to guests; null for none.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>DNS servers told to guests; a single unspecified address means: tell them there is none.</summary>
    public ImmutableArray<IPAddress> Dns { get; init; } = [];

    /// <summary>Routes told to guests.</summary>
    public ImmutableArray<SubnetRoute> HostRoutes { get; init; } = [];

    /// <summary>Next hop of 169.254.169.254 told to guests; null for no such route.</summary>
    public IPAddress? MetadataNextHop { get; init; }

    /// <summary>Whether DHCP is served.</summary>
    public bool Dhcp { get; init; } = true;

    /// <summary>For IPv6, what DHCP does there.</summary>
    public DhcpV6Service V6 { get; init; }

    /// <summary>Whether it is an IPv4 subnet.</summary>
    internal bool IsV4 => Cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    /// <summary>Whether dnsmasq has a range for it: DHCP on, and for IPv6 not left to router advertisements alone (nor wider than the /64 dnsmasq can serve).</summary>
    internal bool HasRange => Dhcp && (IsV4 || (V6 != DhcpV6Service.Slaac && Cidr.PrefixLength >= 64));
}

/// <summary>A route told to guests.</summary>
/// <param name="Destination">Prefix.</param>
/// <param name="NextHop">Next hop.</param>
public sealed record SubnetRoute(IPNetwork Destination, IPAddress NextHop);

/// <summary>One address of a port, for the hosts files.</summary>
/// <param name="Mac">MAC of the port.</param>
/// <param name="SubnetId">Subnet of the address.</param>
/// <param name="Address">The address.</param>
/// <param name="HostName">Name without domain.</param>
public sealed record HostEntry(PhysicalAddress Mac, string SubnetId, IPAddress Address, string HostName)
{
    /// <summary>UUID of the port where it has DHCP options of its own; null otherwise.</summary>
    public string? OptionsOf { get; init; }

    /// <summary>Client identifier the guest sends in IPv4; null for any.</summary>
    public string? ClientId { get; init; }
}

/// <summary>A DHCP option of one port.</summary>
/// <param name="PortId">UUID of the port.</param>
/// <param name="V6">Whether it is one of DHCPv6.</param>
/// <param name="Name">dnsmasq's name of it, or its number.</param>
/// <param name="Value">Value, on one line.</param>
public sealed record PortOption(string PortId, bool V6, string Name, string Value);

/// <summary>Options of Neutron's dhcp_agent.ini that become arguments of dnsmasq.</summary>
public sealed record DnsmasqTuning
{
    /// <summary><c>dnsmasq_config_file</c>: read besides; null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary><c>dnsmasq_dns_servers</c>: names it does not know itself are asked of these; empty for nobody.</summary>
    public ImmutableArray<string> DnsServers { get; init; } = [];

    /// <summary><c>dnsmasq_local_resolv</c>: where no servers are named, this host's (resolv.conf) are asked, from inside the network; default false.</summary>
    public bool LocalResolv { get; init; }

    /// <summary><c>dhcp_broadcast_reply</c>: replies are broadcast; default false.</summary>
    public bool BroadcastReply { get; init; }

    /// <summary><c>dhcp_renewal_time</c> (option 58) in seconds; 0 leaves it to dnsmasq.</summary>
    public int RenewalSeconds { get; init; }

    /// <summary><c>dhcp_rebinding_time</c> (option 59) in seconds; 0 leaves it to dnsmasq.</summary>
    public int RebindingSeconds { get; init; }

    /// <summary><c>dnsmasq_lease_max</c>: most leases of a network; default 16,777,216.</summary>
    public int LeaseMax { get; init; } = 16_777_216;
}
