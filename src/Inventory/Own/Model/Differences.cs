using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>Which fields of two versions of a thing differ, by the names the cloud file uses. Collections count by content, not by reference.</summary>
internal static class Differences
{
    public static ImmutableArray<string> Of(Project a, Project b) => Names(("name", a.Name == b.Name));

    public static ImmutableArray<string> Of(Network a, Network b) => ReferenceEquals(a, b)
        ? []
        : Names(("name", a.Name == b.Name), ("project", a.ProjectId == b.ProjectId), ("mtu", a.Mtu == b.Mtu), ("external", a.External == b.External), ("uplink", a.Uplink == b.Uplink));

    public static ImmutableArray<string> Of(Subnet a, Subnet b) => ReferenceEquals(a, b)
        ? []
        : Names(
            ("name", a.Name == b.Name),
            ("network", a.NetworkId == b.NetworkId),
            ("cidr", a.Cidr.Equals(b.Cidr)),
            ("gateway", Equals(a.GatewayIp, b.GatewayIp)),
            ("enable_dhcp", a.EnableDhcp == b.EnableDhcp),
            ("dns_nameservers", a.DnsNameservers.SequenceEqual(b.DnsNameservers)),
            ("host_routes", a.HostRoutes.SequenceEqual(b.HostRoutes)),
            ("allocation_pools", a.AllocationPools.SequenceEqual(b.AllocationPools)),
            ("ipv6_address_mode", a.Ipv6AddressMode == b.Ipv6AddressMode),
            ("ipv6_ra_mode", a.Ipv6RaMode == b.Ipv6RaMode));

    public static ImmutableArray<string> Of(Router a, Router b) =>
        Names(("name", a.Name == b.Name), ("project", a.ProjectId == b.ProjectId), ("snat", a.EnableSnat == b.EnableSnat));

    public static ImmutableArray<string> Of(FloatingIp a, FloatingIp b) => ReferenceEquals(a, b)
        ? []
        : Names(
            ("project", a.ProjectId == b.ProjectId),
            ("network", a.NetworkId == b.NetworkId && a.SubnetId == b.SubnetId),
            ("address", a.Address.Equals(b.Address)),
            ("port", a.PortId == b.PortId),
            ("fixed_ip", Equals(a.FixedAddress, b.FixedAddress)));

    public static ImmutableArray<string> Of(StoredKeyPair a, StoredKeyPair b) => Names(("type", a.Type == b.Type), ("public_key", a.PublicKey == b.PublicKey));

    public static ImmutableArray<string> Of(Port a, Port b) => ReferenceEquals(a, b)
        ? []
        : Names(
            ("name", a.Name == b.Name),
            ("network", a.NetworkId == b.NetworkId),
            ("project", a.ProjectId == b.ProjectId),
            ("mac", a.Mac.Equals(b.Mac)),
            ("fixed_ips", a.FixedIps.SequenceEqual(b.FixedIps)),
            ("server", a.DeviceId == b.DeviceId),
            ("device_owner", a.DeviceOwner == b.DeviceOwner),
            ("dns_name", a.DnsName == b.DnsName),
            ("extra_dhcp_opts", a.ExtraDhcpOptions.SequenceEqual(b.ExtraDhcpOptions)),
            ("attach_index", a.AttachIndex == b.AttachIndex),
            ("port_security", a.PortSecurity == b.PortSecurity),
            ("allowed_address_pairs", a.AllowedAddressPairs.SequenceEqual(b.AllowedAddressPairs)));

    public static ImmutableArray<string> Of(Server a, Server b) => ReferenceEquals(a, b)
        ? []
        : Names(
            ("name", a.Name == b.Name),
            ("project", a.ProjectId == b.ProjectId),
            ("hostname", a.Hostname == b.Hostname),
            ("number", a.Number == b.Number),
            ("keypair", a.KeyName == b.KeyName && a.KeyType == b.KeyType && a.PublicKey == b.PublicKey),
            ("user_data", SameBytes(a.UserData, b.UserData)),
            ("metadata", a.Metadata.SequenceEqual(b.Metadata)),
            ("availability_zone", a.AvailabilityZone == b.AvailabilityZone),
            ("flavor", a.FlavorName == b.FlavorName),
            ("image", a.Image == b.Image),
            ("security_groups", a.SecurityGroups.SequenceEqual(b.SecurityGroups)),
            ("launch_index", a.LaunchIndex == b.LaunchIndex),
            ("reservation_id", a.ReservationId == b.ReservationId),
            ("root_device", a.RootDeviceName == b.RootDeviceName));

    private static bool SameBytes(ImmutableArray<byte>? a, ImmutableArray<byte>? b) =>
        a.HasValue == b.HasValue && (!a.HasValue || a.Value.AsSpan().SequenceEqual(b!.Value.AsSpan()));

    private static ImmutableArray<string> Names(params ReadOnlySpan<(string Name, bool Same)> fields)
    {
        ImmutableArray<string> names = [];
        foreach (var (name, same) in fields)
        {
            if (!same) names = names.Add(name);
        }
        return names;
    }
}
