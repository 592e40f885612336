using System.Collections.Immutable;

namespace Firstlight.Metadata.Instances;

/// <summary>A network interface of an instance, in the shape of Nova's <c>network_info</c>.</summary>
/// <remarks>Addresses stay text: documents print them as stored.</remarks>
public sealed record Vif
{
    /// <summary>Port UUID (<c>vif_id</c>).</summary>
    public required string? Id { get; init; }

    /// <summary>MAC, lower case with colons.</summary>
    public required string? Address { get; init; }

    /// <summary>VIF type as stored, such as <c>bridge</c>, <c>ovs</c> or <c>binding_failed</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Host device name, normally <c>tap</c> and the first 11 characters of the port UUID.</summary>
    public string? DeviceName { get; init; }

    /// <summary>The network; an interface without one is left out of every document.</summary>
    public VifNetwork? Network { get; init; }
}

/// <summary>The network of a <see cref="Vif"/>.</summary>
public sealed record VifNetwork
{
    /// <summary>Network UUID.</summary>
    public required string? Id { get; init; }

    /// <summary>MTU in bytes, null if unknown.</summary>
    public int? Mtu { get; init; }

    /// <summary>Whether a network template is injected (Nova's <c>flat_injected</c>).</summary>
    public bool Injected { get; init; }

    /// <summary>Subnets the interface has, in stored order.</summary>
    public ImmutableArray<VifSubnet> Subnets { get; init; } = [];
}

/// <summary>A subnet of a <see cref="VifNetwork"/> with the addresses the interface has in it.</summary>
public sealed record VifSubnet
{
    /// <summary>4 or 6.</summary>
    public required int Version { get; init; }

    /// <summary>Prefix in CIDR form.</summary>
    public required string Cidr { get; init; }

    /// <summary>Gateway address, null for none.</summary>
    public string? Gateway { get; init; }

    /// <summary>DNS servers.</summary>
    public ImmutableArray<string> Dns { get; init; } = [];

    /// <summary>Host routes in stored order, the default route not among them.</summary>
    public ImmutableArray<VifRoute> Routes { get; init; } = [];

    /// <summary>Fixed addresses of the interface in this subnet, each with its floating addresses.</summary>
    public ImmutableArray<VifAddress> Addresses { get; init; } = [];

    /// <summary>Address of the DHCP server; when set, guests are told to use DHCP.</summary>
    public string? DhcpServer { get; init; }

    /// <summary>Whether DHCP is on without a DHCP port being known (newer writers of <c>network_info</c>).</summary>
    public bool EnableDhcp { get; init; }

    /// <summary><c>slaac</c>, <c>dhcpv6-stateful</c>, <c>dhcpv6-stateless</c> or null.</summary>
    public string? Ipv6AddressMode { get; init; }
}

/// <summary>A host route of a subnet.</summary>
/// <param name="Cidr">Destination as stored, possibly with host bits.</param>
/// <param name="Gateway">Next hop.</param>
public sealed record VifRoute(string Cidr, string? Gateway);

/// <summary>A fixed address and the floating addresses that lead to it.</summary>
/// <param name="Address">The fixed address as stored.</param>
/// <param name="FloatingAddresses">Floating addresses as stored.</param>
public sealed record VifAddress(string Address, ImmutableArray<string> FloatingAddresses);
