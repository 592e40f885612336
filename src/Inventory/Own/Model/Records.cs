using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Inventory.Own.Model;

/// <summary>A project (tenant).</summary>
/// <param name="Id">UUID, 32 hex digits or with hyphens; kept as given.</param>
/// <param name="Name">Unique name.</param>
public sealed record Project(string Id, string Name);

/// <summary>A layer-2 network.</summary>
public sealed record Network
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Name; unique within the project.</summary>
    public required string Name { get; init; }

    /// <summary>Owning project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>MTU in bytes, 68 to 65535 (1280 at least where it has IPv6); default 1500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>Whether it leads outside, so that routers may have their gateway on it and floating addresses are taken from it (<c>router:external</c>).</summary>
    public bool External { get; init; }

    /// <summary>Device of the host that is plugged into its bridge, such as <c>eth1</c>; null for none. External networks only.</summary>
    public string? Uplink { get; init; }
}

/// <summary>How guests of an IPv6 subnet get addresses (Neutron's <c>ipv6_address_mode</c> and <c>ipv6_ra_mode</c>).</summary>
public enum Ipv6Mode
{
    /// <summary>Router advertisements alone; the address is the EUI-64 of the MAC.</summary>
    Slaac,

    /// <summary>DHCPv6 hands out addresses.</summary>
    Dhcpv6Stateful,

    /// <summary>Address by advertisement, options by DHCPv6.</summary>
    Dhcpv6Stateless,
}

/// <summary>A subnet of a network.</summary>
public sealed record Subnet
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Name; unique within the network.</summary>
    public required string Name { get; init; }

    /// <summary>Its network.</summary>
    public required string NetworkId { get; init; }

    /// <summary>Prefix, without host bits. May not overlap another subnet of the same network.</summary>
    public required IPNetwork Cidr { get; init; }

    /// <summary>Gateway told to guests, or null for none.</summary>
    public IPAddress? GatewayIp { get; init; }

    /// <summary>Whether DHCP is served; default true.</summary>
    public bool EnableDhcp { get; init; } = true;

    /// <summary>DNS servers told to guests.</summary>
    public ImmutableArray<IPAddress> DnsNameservers { get; init; } = [];

    /// <summary>Routes told to guests besides the default one.</summary>
    public ImmutableArray<HostRoute> HostRoutes { get; init; } = [];

    /// <summary>Ranges addresses are allotted from, ascending, without network, broadcast and gateway address; empty for the whole prefix.</summary>
    public ImmutableArray<AllocationPool> AllocationPools { get; init; } = [];

    /// <summary>How guests get IPv6 addresses; null for IPv4, or for IPv6 without a mode.</summary>
    public Ipv6Mode? Ipv6AddressMode { get; init; }

    /// <summary>What router advertisements say; null for IPv4, or when an outside router sends them.</summary>
    public Ipv6Mode? Ipv6RaMode { get; init; }

    /// <summary>4 or 6.</summary>
    public int IpVersion => Cidr.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 4 : 6;
}

/// <summary>A host route of a subnet.</summary>
/// <param name="Destination">Prefix.</param>
/// <param name="NextHop">Next hop, an address of the subnet's family.</param>
public sealed record HostRoute(IPNetwork Destination, IPAddress NextHop);

/// <summary>A range of addresses, both ends included.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">Last address.</param>
public sealed record AllocationPool(IPAddress Start, IPAddress End);

/// <summary>A router. Its interfaces are ports with <see cref="DeviceOwners.RouterInterface"/> and its id as device id, its way outside, if it
/// has one, the port with <see cref="DeviceOwners.RouterGateway"/>.</summary>
public sealed record Router
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Name; unique within the project.</summary>
    public required string Name { get; init; }

    /// <summary>Owning project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Whether what leaves by its gateway gets the gateway's IPv4 address as source; default true.</summary>
    public bool EnableSnat { get; init; } = true;
}

/// <summary>An IPv4 address of an external network that leads to a fixed one, both ways.</summary>
public sealed record FloatingIp
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Owning project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>The external network.</summary>
    public required string NetworkId { get; init; }

    /// <summary>The subnet of that network it is taken from.</summary>
    public required string SubnetId { get; init; }

    /// <summary>The address; unique within the network, fixed addresses included.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port it leads to; null while it leads nowhere.</summary>
    public string? PortId { get; init; }

    /// <summary>IPv4 address of that port it leads to; null while it leads nowhere.</summary>
    public IPAddress? FixedAddress { get; init; }
}

/// <summary>A port: a MAC and fixed addresses on a network, used by a server, a router or DHCP.</summary>
public sealed record Port
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Name, may be empty; unique within the network unless empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its network.</summary>
    public required string NetworkId { get; init; }

    /// <summary>Owning project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>MAC; unique within the network.</summary>
    public required PhysicalAddress Mac { get; init; }

    /// <summary>Fixed addresses in order; each unique within the network.</summary>
    public ImmutableArray<FixedIp> FixedIps { get; init; } = [];

    /// <summary>UUID of the server or router, DHCP's own text, or empty.</summary>
    public string DeviceId { get; init; } = "";

    /// <summary>One of <see cref="DeviceOwners"/>, <c>compute:ZONE</c>, or empty.</summary>
    public string DeviceOwner { get; init; } = "";

    /// <summary>Name DHCP and DNS know its addresses by, one label without domain; empty for the host name of its server, else one made of the address.</summary>
    public string DnsName { get; init; } = "";

    /// <summary>DHCP options for this port alone, in order.</summary>
    public ImmutableArray<ExtraDhcpOption> ExtraDhcpOptions { get; init; } = [];

    /// <summary>Place among the ports of its device, from 0: the order interfaces were attached in.</summary>
    public int AttachIndex { get; init; }

    /// <summary>Whether a guest on it is held to its own MAC and addresses (Neutron's <c>port_security_enabled</c>); default true.</summary>
    public bool PortSecurity { get; init; } = true;

    /// <summary>What the guest may send from besides, but not to the metadata service (Neutron's <c>allowed_address_pairs</c>).</summary>
    public ImmutableArray<AllowedAddressPair> AllowedAddressPairs { get; init; } = [];
}

/// <summary>Addresses a port may send from besides its own.</summary>
/// <param name="Addresses">A prefix; a single address has 32 or 128 bits.</param>
/// <param name="Mac">MAC they go with; null for the port's own.</param>
public sealed record AllowedAddressPair(IPNetwork Addresses, PhysicalAddress? Mac)
{
    /// <summary>The addresses as Neutron writes them: an address alone without its length.</summary>
    public string AddressText => Addresses.PrefixLength == Addresses.BaseAddress.GetAddressBytes().Length * 8 ? Addresses.BaseAddress.ToString() : Addresses.ToString();

    /// <summary>Reads an address or a prefix without host bits.</summary>
    public static bool TryParse(string text, out IPNetwork addresses)
    {
        addresses = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        if (!IPAddress.TryParse(host, out var address) || (!host.Contains(':', StringComparison.Ordinal) && host.Count(c => c == '.') != 3)) return false;

        // IPNetwork takes host bits and clears them; whoever wrote them meant something else.
        if (slash >= 0) return IPNetwork.TryParse(text, out addresses) && addresses.BaseAddress.Equals(address);
        addresses = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }
}

/// <summary>An address of a port.</summary>
/// <param name="SubnetId">Its subnet.</param>
/// <param name="Address">An address of that subnet.</param>
public sealed record FixedIp(string SubnetId, IPAddress Address);

/// <summary>A DHCP option of one port (Neutron's <c>extra_dhcp_opts</c>).</summary>
/// <param name="Name">dnsmasq's name of it or its number; <c>client-id</c> says what client identifier the guest sends.</param>
/// <param name="Value">Value as dnsmasq reads it; several separated by commas.</param>
/// <param name="IpVersion">4 or 6.</param>
public sealed record ExtraDhcpOption(string Name, string Value, int IpVersion)
{
    /// <summary>The name that is no option to send but what the guest is known by.</summary>
    public const string ClientId = "client-id";
}

/// <summary>Values of <see cref="Port.DeviceOwner"/> that mean something (Neutron's).</summary>
public static class DeviceOwners
{
    /// <summary>An interface of a router on a network.</summary>
    public const string RouterInterface = "network:router_interface";

    /// <summary>The leg of a router on an external network.</summary>
    public const string RouterGateway = "network:router_gateway";

    /// <summary>The port DHCP is served from.</summary>
    public const string Dhcp = "network:dhcp";

    /// <summary>Prefix of server ports; the zone follows (<c>compute:nova</c>).</summary>
    public const string ComputePrefix = "compute:";
}

/// <summary>A key pair of a project.</summary>
/// <param name="ProjectId">Owning project.</param>
/// <param name="Name">Unique within the project.</param>
/// <param name="Type"><c>ssh</c> or <c>x509</c>.</param>
/// <param name="PublicKey">Key text, kept to the byte.</param>
public sealed record StoredKeyPair(string ProjectId, string Name, string Type, string PublicKey);

/// <summary>A server: what a guest is told of itself besides its ports.</summary>
public sealed record Server
{
    /// <summary>UUID with hyphens, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Display name; unique within the project.</summary>
    public required string Name { get; init; }

    /// <summary>Owning project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Host name without domain; default: the name made fit for DNS.</summary>
    public required string Hostname { get; init; }

    /// <summary>The number behind <c>i-%08x</c>: allotted from 1 up, never reused; 0 in a server that was not stored yet.</summary>
    public long Number { get; init; }

    /// <summary>Key pair name, null for none. The key text is copied to the server when it is set, so a deleted key pair breaks nothing.</summary>
    public string? KeyName { get; init; }

    /// <summary>Copy of the key pair's type.</summary>
    public string? KeyType { get; init; }

    /// <summary>Copy of the key pair's public key.</summary>
    public string? PublicKey { get; init; }

    /// <summary>User data bytes, at most 49,149; null for none.</summary>
    public ImmutableArray<byte>? UserData { get; init; }

    /// <summary>Metadata items in order; keys unique, each part at most 255 characters.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Availability zone; default <c>nova</c>.</summary>
    public string? AvailabilityZone { get; init; } = "nova";

    /// <summary>Flavor name; default <c>m1.small</c>.</summary>
    public string FlavorName { get; init; } = "m1.small";

    /// <summary>Image UUID or name; empty for none. The number behind <c>ami-%08x</c> is allotted by first use.</summary>
    public string Image { get; init; } = "";

    /// <summary>Security group names; default <c>default</c>.</summary>
    public ImmutableArray<string> SecurityGroups { get; init; } = ["default"];

    /// <summary>Index within a multi-create request.</summary>
    public int LaunchIndex { get; init; }

    /// <summary>Reservation; default <c>r-</c> and the first eight hex digits of the id.</summary>
    public required string ReservationId { get; init; }

    /// <summary>Root device told by <c>block-device-mapping</c>; default <c>/dev/vda</c>.</summary>
    public string? RootDeviceName { get; init; } = "/dev/vda";

    /// <summary>Names the server only.</summary>
    public override string ToString() => $"server {Name}";
}
