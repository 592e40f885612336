namespace Firstlight.Cli.Views;

/// <summary>A project as it is shown.</summary>
internal sealed record ProjectView(string Id, string Name);

/// <summary>A network as it is shown.</summary>
internal sealed record NetworkView(string Id, string Name, string ProjectId, int Mtu, bool External, string? Uplink, IReadOnlyList<string> Subnets);

/// <summary>A host route as it is shown.</summary>
internal sealed record HostRouteView(string Destination, string Nexthop);

/// <summary>An allocation pool as it is shown.</summary>
internal sealed record AllocationPoolView(string Start, string End);

/// <summary>A subnet as it is shown.</summary>
internal sealed record SubnetView(
    string Id,
    string Name,
    string NetworkId,
    int IpVersion,
    string Cidr,
    string? GatewayIp,
    bool EnableDhcp,
    IReadOnlyList<string> DnsNameservers,
    IReadOnlyList<HostRouteView> HostRoutes,
    IReadOnlyList<AllocationPoolView> AllocationPools,
    string? Ipv6AddressMode,
    string? Ipv6RaMode);

/// <summary>An address of a port as it is shown.</summary>
internal sealed record FixedIpView(string SubnetId, string IpAddress);

/// <summary>An interface of a router as it is shown.</summary>
internal sealed record RouterInterfaceView(string PortId, string SubnetId, string IpAddress);

/// <summary>A router's way outside as it is shown.</summary>
internal sealed record ExternalGatewayView(string NetworkId, bool EnableSnat, IReadOnlyList<FixedIpView> ExternalFixedIps);

/// <summary>A router as it is shown.</summary>
internal sealed record RouterView(string Id, string Name, string ProjectId, ExternalGatewayView? ExternalGatewayInfo, IReadOnlyList<RouterInterfaceView> Interfaces);

/// <summary>A floating address as it is shown.</summary>
internal sealed record FloatingIpView(
    string Id, string FloatingIpAddress, string FloatingNetworkId, string ProjectId, string? PortId, string? FixedIpAddress, string? RouterId);

/// <summary>A DHCP option of a port as it is shown.</summary>
internal sealed record DhcpOptionView(string OptName, string OptValue, int IpVersion);

/// <summary>A port as it is shown.</summary>
internal sealed record PortView(
    string Id,
    string Name,
    string NetworkId,
    string ProjectId,
    string MacAddress,
    IReadOnlyList<FixedIpView> FixedIps,
    string DeviceId,
    string DeviceOwner,
    string DnsName,
    IReadOnlyList<DhcpOptionView> ExtraDhcpOpts,
    bool PortSecurityEnabled,
    IReadOnlyList<AddressPairView> AllowedAddressPairs);

/// <summary>A key pair as it is shown.</summary>
internal sealed record KeyPairView(string Name, string Type, string ProjectId, string PublicKey);

/// <summary>A server as it is shown. User data shows as its size.</summary>
internal sealed record ServerView(
    string Id,
    string Name,
    string ProjectId,
    string Hostname,
    string Ec2Id,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Addresses,
    string? KeyName,
    int? UserDataBytes,
    IReadOnlyDictionary<string, string> Metadata,
    string? AvailabilityZone,
    string Flavor,
    string Image,
    IReadOnlyList<string> SecurityGroups,
    int LaunchIndex,
    string ReservationId,
    string? RootDeviceName,
    IReadOnlyList<string> Ports);

/// <summary>One line of a plan as it is shown.</summary>
internal sealed record PlanItemView(string Action, string Kind, string Name, string Id, IReadOnlyList<string> ChangedFields);

/// <summary>A plan as it is shown.</summary>
internal sealed record PlanView(bool DryRun, long Revision, int Created, int Changed, int Deleted, int Unchanged, IReadOnlyList<PlanItemView> Items);
