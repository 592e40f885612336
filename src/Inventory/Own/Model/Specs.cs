using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Inventory.Own.Model;

/// <summary>Where in a cloud file something was written, so that a message can point at it.</summary>
/// <param name="Line">1-based line of the item.</param>
/// <param name="Fields">1-based line of each of its fields, by field name.</param>
public sealed record SpecSource(int Line, ImmutableDictionary<string, int> Fields)
{
    /// <summary>The line of a field, or of the item where the field was left out.</summary>
    public int LineOf(string field) => Fields.TryGetValue(field, out var line) ? line : Line;
}

/// <summary>What someone asks for, in a cloud file or on the command line: references are names or ids, what is null is defaulted or allotted.</summary>
public abstract record Spec
{
    /// <summary>Where it was written; null on the command line.</summary>
    public SpecSource? Source { get; init; }
}

/// <summary>A project wanted. Projects named by other specs come into being by themselves.</summary>
public sealed record ProjectSpec : Spec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Id, or null to derive one (UUIDv5 of the name, so that the same file gives the same ids everywhere).</summary>
    public string? Id { get; init; }
}

/// <summary>A network wanted.</summary>
public sealed record NetworkSpec : Spec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Project name or id.</summary>
    public required string Project { get; init; }

    /// <summary>MTU; null for 1500.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether it leads outside; null for no.</summary>
    public bool? External { get; init; }

    /// <summary>Host device plugged into its bridge, or <c>none</c>; null for none.</summary>
    public string? Uplink { get; init; }
}

/// <summary>A subnet wanted.</summary>
public sealed record SubnetSpec : Spec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Network name or id.</summary>
    public required string Network { get; init; }

    /// <summary>Project to look the network's name up in, or null when the name is unique.</summary>
    public string? Project { get; init; }

    /// <summary>Prefix.</summary>
    public required IPNetwork Cidr { get; init; }

    /// <summary>Gateway; null for the first address, unless <see cref="NoGateway"/>.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Whether guests are told no gateway at all.</summary>
    public bool NoGateway { get; init; }

    /// <summary>DHCP on or off; null for on.</summary>
    public bool? EnableDhcp { get; init; }

    /// <summary>DNS servers.</summary>
    public ImmutableArray<IPAddress> DnsNameservers { get; init; } = [];

    /// <summary>Host routes.</summary>
    public ImmutableArray<HostRoute> HostRoutes { get; init; } = [];

    /// <summary>Allocation pools; empty for the whole prefix.</summary>
    public ImmutableArray<AllocationPool> AllocationPools { get; init; } = [];

    /// <summary>IPv6 address mode.</summary>
    public Ipv6Mode? Ipv6AddressMode { get; init; }

    /// <summary>IPv6 router advertisement mode.</summary>
    public Ipv6Mode? Ipv6RaMode { get; init; }
}

/// <summary>A router wanted, with its interfaces.</summary>
public sealed record RouterSpec : Spec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Project name or id.</summary>
    public required string Project { get; init; }

    /// <summary>Subnets (name or id) it has an interface on, each with the subnet's gateway address.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = [];

    /// <summary>Its way outside; null for the stored one, unless <see cref="NoGateway"/>.</summary>
    public GatewaySpec? Gateway { get; init; }

    /// <summary>Whether it shall have none.</summary>
    public bool NoGateway { get; init; }
}

/// <summary>A router's way outside.</summary>
/// <param name="Network">External network, name or id.</param>
/// <param name="Address">Address it has there, or null to allot one.</param>
/// <param name="Snat">Whether what leaves gets that address as source; null for yes.</param>
public sealed record GatewaySpec(string Network, IPAddress? Address, bool? Snat);

/// <summary>A floating address wanted. It is known by its address, or, where that is left open, by the port it leads to.</summary>
public sealed record FloatingIpSpec : Spec
{
    /// <summary>External network, name or id.</summary>
    public required string Network { get; init; }

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Project name or id; null for that of the port, else of the network.</summary>
    public string? Project { get; init; }

    /// <summary>The address, or null to allot one.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port it leads to, name or id; null for the stored one, unless <see cref="NoPort"/>.</summary>
    public string? Port { get; init; }

    /// <summary>Instead of a port a server, whose first port with an IPv4 address is meant.</summary>
    public string? Server { get; init; }

    /// <summary>Whether it shall lead nowhere.</summary>
    public bool NoPort { get; init; }

    /// <summary>Address of the port it leads to; null for its first IPv4 address.</summary>
    public IPAddress? FixedAddress { get; init; }
}

/// <summary>A port wanted.</summary>
public sealed record PortSpec : Spec
{
    /// <summary>Name, may be empty for a port of a server.</summary>
    public string Name { get; init; } = "";

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Network name or id.</summary>
    public required string Network { get; init; }

    /// <summary>Project name or id; null for the network's (or the server's).</summary>
    public string? Project { get; init; }

    /// <summary>MAC, or null to allot one (fa:16:3e).</summary>
    public PhysicalAddress? Mac { get; init; }

    /// <summary>Addresses wanted; empty to allot one of the first IPv4 and the first IPv6 subnet of the network.</summary>
    public ImmutableArray<FixedIpSpec> FixedIps { get; init; } = [];

    /// <summary>Server name or id to attach to, or null.</summary>
    public string? Server { get; init; }

    /// <summary>Name for DHCP and DNS; null or empty for the server's host name.</summary>
    public string? DnsName { get; init; }

    /// <summary>DHCP options of its own.</summary>
    public ImmutableArray<ExtraDhcpOption> ExtraDhcpOptions { get; init; } = [];

    /// <summary>Whether the guest is held to its own MAC and addresses; null for yes, or as it is.</summary>
    public bool? PortSecurity { get; init; }

    /// <summary>What it may send from besides; null for nothing, or as it is.</summary>
    public ImmutableArray<AllowedAddressPair>? AllowedAddressPairs { get; init; }
}

/// <summary>An address wanted on a port.</summary>
/// <param name="Subnet">Subnet name or id, or null to find it by the address.</param>
/// <param name="Address">The address, or null to allot one of the subnet.</param>
public sealed record FixedIpSpec(string? Subnet, IPAddress? Address);

/// <summary>A key pair wanted.</summary>
public sealed record KeyPairSpec : Spec
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Project name or id.</summary>
    public required string Project { get; init; }

    /// <summary><c>ssh</c> (default) or <c>x509</c>.</summary>
    public string Type { get; init; } = "ssh";

    /// <summary>Key text.</summary>
    public required string PublicKey { get; init; }
}

/// <summary>A server wanted, with its ports.</summary>
public sealed record ServerSpec : Spec
{
    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>Id, or null to allot one.</summary>
    public string? Id { get; init; }

    /// <summary>Project name or id.</summary>
    public required string Project { get; init; }

    /// <summary>Host name; null to derive it from the name.</summary>
    public string? Hostname { get; init; }

    /// <summary>Key pair name in the same project.</summary>
    public string? KeyPair { get; init; }

    /// <summary>User data bytes; null for none.</summary>
    public ImmutableArray<byte>? UserData { get; init; }

    /// <summary>Metadata items in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Availability zone; null for <c>nova</c>.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>Flavor name; null for <c>m1.small</c>.</summary>
    public string? Flavor { get; init; }

    /// <summary>Image UUID or name; null for none.</summary>
    public string? Image { get; init; }

    /// <summary>Security group names; empty for <c>default</c>.</summary>
    public ImmutableArray<string> SecurityGroups { get; init; } = [];

    /// <summary>Launch index; null for 0.</summary>
    public int? LaunchIndex { get; init; }

    /// <summary>Reservation; null to derive it from the id.</summary>
    public string? ReservationId { get; init; }

    /// <summary>Root device; null for <c>/dev/vda</c>.</summary>
    public string? RootDevice { get; init; }

    /// <summary>The number behind <c>i-%08x</c>; null to allot the next one. For stores that continue another's numbering.</summary>
    public long? Number { get; init; }

    /// <summary>Its network interfaces in the order they are attached (<see cref="PortSpec.Server"/> is implied).</summary>
    public ImmutableArray<PortSpec> Ports { get; init; } = [];
}

/// <summary>A whole cloud file, or one spec from the command line.</summary>
public sealed record CloudSpec
{
    /// <summary>Projects.</summary>
    public ImmutableArray<ProjectSpec> Projects { get; init; } = [];

    /// <summary>Networks.</summary>
    public ImmutableArray<NetworkSpec> Networks { get; init; } = [];

    /// <summary>Subnets.</summary>
    public ImmutableArray<SubnetSpec> Subnets { get; init; } = [];

    /// <summary>Routers.</summary>
    public ImmutableArray<RouterSpec> Routers { get; init; } = [];

    /// <summary>Key pairs.</summary>
    public ImmutableArray<KeyPairSpec> KeyPairs { get; init; } = [];

    /// <summary>Ports that belong to no server in this file.</summary>
    public ImmutableArray<PortSpec> Ports { get; init; } = [];

    /// <summary>Servers.</summary>
    public ImmutableArray<ServerSpec> Servers { get; init; } = [];

    /// <summary>Floating addresses.</summary>
    public ImmutableArray<FloatingIpSpec> FloatingIps { get; init; } = [];
}
