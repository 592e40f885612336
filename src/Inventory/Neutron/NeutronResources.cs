using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Firstlight.Inventory.Neutron;

/// <summary>A port as the Networking API lists it. A member that was not asked for, or is null there, is null.</summary>
public sealed record NeutronPort
{
    /// <summary>UUID.</summary>
    public string? Id { get; init; }

    /// <summary>UUID of the network.</summary>
    public string? NetworkId { get; init; }

    /// <summary>The instance, router or other thing it belongs to; empty for nothing.</summary>
    public string? DeviceId { get; init; }

    /// <summary>What that is, such as <c>compute:nova</c>.</summary>
    public string? DeviceOwner { get; init; }

    /// <summary>MAC address, lower case with colons.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The owning project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The owning project under its old name, which old releases and Nova's queries use.</summary>
    public string? TenantId { get; init; }

    /// <summary>Fixed addresses.</summary>
    public ImmutableArray<NeutronFixedIp>? FixedIps { get; init; }

    /// <summary>UUIDs of its security groups.</summary>
    public ImmutableArray<string>? SecurityGroups { get; init; }
}

/// <summary>An address of a port.</summary>
/// <param name="SubnetId">UUID of the subnet.</param>
/// <param name="IpAddress">Canonical text.</param>
public sealed record NeutronFixedIp(string? SubnetId, string? IpAddress);

/// <summary>A subnet as the Networking API lists it.</summary>
/// <param name="Id">UUID.</param>
/// <param name="NetworkId">UUID of its network.</param>
public sealed record NeutronSubnet(string? Id, string? NetworkId);

/// <summary>A security group as the Networking API lists it.</summary>
/// <param name="Id">UUID.</param>
/// <param name="Name">Name; may be empty.</param>
public sealed record NeutronSecurityGroup(string? Id, string? Name);

internal sealed record PageLink(string? Rel, string? Href);

internal sealed record PortPage(NeutronPort[]? Ports, PageLink[]? PortsLinks) : IPage<NeutronPort>
{
    IReadOnlyList<NeutronPort>? IPage<NeutronPort>.Items => Ports;

    IReadOnlyList<PageLink>? IPage<NeutronPort>.Links => PortsLinks;
}

internal sealed record SubnetPage(NeutronSubnet[]? Subnets, PageLink[]? SubnetsLinks) : IPage<NeutronSubnet>
{
    IReadOnlyList<NeutronSubnet>? IPage<NeutronSubnet>.Items => Subnets;

    IReadOnlyList<PageLink>? IPage<NeutronSubnet>.Links => SubnetsLinks;
}

internal sealed record SecurityGroupPage(NeutronSecurityGroup[]? SecurityGroups, PageLink[]? SecurityGroupsLinks) : IPage<NeutronSecurityGroup>
{
    IReadOnlyList<NeutronSecurityGroup>? IPage<NeutronSecurityGroup>.Items => SecurityGroups;

    IReadOnlyList<PageLink>? IPage<NeutronSecurityGroup>.Links => SecurityGroupsLinks;
}

/// <summary>One answer to a list request.</summary>
internal interface IPage<T>
{
    /// <summary>Null when the answer is not a list of the kind.</summary>
    IReadOnlyList<T>? Items { get; }

    /// <summary>Links to other pages.</summary>
    IReadOnlyList<PageLink>? Links { get; }
}

/// <summary>The answers of the Networking API; unknown members are ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PortPage))]
[JsonSerializable(typeof(SubnetPage))]
[JsonSerializable(typeof(SecurityGroupPage))]
[JsonSerializable(typeof(AgentPage))]
internal sealed partial class NeutronJson : JsonSerializerContext;
