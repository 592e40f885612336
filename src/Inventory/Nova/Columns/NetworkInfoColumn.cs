using System.Collections.Immutable;
using System.Text.Json;
using Firstlight.Metadata.Instances;
using static Firstlight.Inventory.Nova.Columns.VersionedObject;

namespace Firstlight.Inventory.Nova.Columns;

/// <summary><c>instance_info_caches.network_info</c>: a bare list of interfaces, as nova-compute keeps it.</summary>
internal static class NetworkInfoColumn
{
    /// <summary>Reads the interfaces in stored order.</summary>
    /// <param name="json">The column; NULL and a missing row are as bad as no JSON: Nova writes at least <c>[]</c>.</param>
    public static ImmutableArray<Vif> Read(string? json)
    {
        if (json is null) throw new FormatException("no value");

        using var document = Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(Interface)];
    }

    private static Vif Interface(JsonElement vif) => new()
    {
        Id = Text(vif, "id"),
        Address = Text(vif, "address"),
        Type = Text(vif, "type"),
        DeviceName = Text(vif, "devname"),
        Network = Member(vif, "network") is { } network ? Network(network) : null,
    };

    private static VifNetwork Network(JsonElement network)
    {
        var meta = Member(network, "meta");
        return new VifNetwork
        {
            Id = Text(network, "id"),
            Mtu = meta is { } m ? Number(m, "mtu") : null,
            Injected = meta is { } n && IsTrue(n, "injected"),
            Subnets = [.. List(network, "subnets").Select(Subnet)],
        };
    }

    private static VifSubnet Subnet(JsonElement subnet)
    {
        var meta = Member(subnet, "meta");
        var cidr = Text(subnet, "cidr") ?? "";
        return new VifSubnet
        {
            // Old rows have no version; the prefix tells it.
            Version = Number(subnet, "version") ?? (cidr.Contains(':') ? 6 : 4),
            Cidr = cidr,
            Gateway = Address(Member(subnet, "gateway")),
            Dns = [.. List(subnet, "dns").Select(server => Address(server)).OfType<string>()],
            Routes = [.. List(subnet, "routes").Select(route => new VifRoute(Text(route, "cidr") ?? "", Address(Member(route, "gateway"))))],
            Addresses = [.. List(subnet, "ips").Select(FixedAddress)],
            DhcpServer = meta is { } m ? Text(m, "dhcp_server") : null,
            EnableDhcp = meta is { } n && IsTrue(n, "enable_dhcp"),
            Ipv6AddressMode = meta is { } o ? Text(o, "ipv6_address_mode") : null,
        };
    }

    private static VifAddress FixedAddress(JsonElement address) => new(
        Address(address) ?? throw new FormatException("a fixed address without address"),
        [.. List(address, "floating_ips").Select(floating => Address(floating)).OfType<string>()]);

    private static string? Address(JsonElement? item) => item is { } value ? Text(value, "address") : null;
}
