using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Tests.Host;

/// <summary>The cloud a real Neutron had when its DHCP agent's files were recorded (tests/Plumbing/Golden), as an inventory of ours.</summary>
internal static class RecordedCloud
{
    public static readonly string[] Networks =
    [
        "d6c53ac8-fff8-4ae6-8a36-a723a278dd47", "c55efaee-ea7f-4ded-abf9-8753e0739770", "d8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f",
        "dd03b550-3424-463e-a240-e71b9487df87", "69015242-f814-43cd-8e73-ba7ac0bd99ef", "7011773e-f21c-4be0-b935-84a9f23db291",
    ];

    public static string Golden(string network, string file) => File.ReadAllText(Path.Combine(Directory(), $"dnsmasq-qdhcp-{network}-{file}.txt"));

    public static Cloud Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory(), "neutron-api.json")));
        var root = document.RootElement;
        return new Cloud
        {
            Networks = root.GetProperty("networks").EnumerateArray()
                .Select(n => new Network { Id = Text(n, "id")!, Name = Text(n, "name")!, ProjectId = Text(n, "project_id")!, Mtu = n.GetProperty("mtu").GetInt32() })
                .ToImmutableDictionary(n => n.Id),
            Subnets = root.GetProperty("subnets").EnumerateArray().Select(ReadSubnet).ToImmutableDictionary(s => s.Id),
            Ports = root.GetProperty("ports").EnumerateArray().Select(ReadPort).ToImmutableDictionary(p => p.Id),
            Routers = root.GetProperty("routers").EnumerateArray()
                .Select(r => new Router { Id = Text(r, "id")!, Name = Text(r, "name")!, ProjectId = Text(r, "project_id")! }).ToImmutableDictionary(r => r.Id),
        };
    }

    private static Subnet ReadSubnet(JsonElement s) => new()
    {
        Id = Text(s, "id")!,
        Name = Text(s, "name")!,
        NetworkId = Text(s, "network_id")!,
        Cidr = IPNetwork.Parse(Text(s, "cidr")!),
        GatewayIp = Text(s, "gateway_ip") is { } gateway ? IPAddress.Parse(gateway) : null,
        EnableDhcp = s.GetProperty("enable_dhcp").GetBoolean(),
        DnsNameservers = [.. s.GetProperty("dns_nameservers").EnumerateArray().Select(d => IPAddress.Parse(d.GetString()!))],
        HostRoutes = [.. s.GetProperty("host_routes").EnumerateArray().Select(r => new HostRoute(IPNetwork.Parse(Text(r, "destination")!), IPAddress.Parse(Text(r, "nexthop")!)))],
        Ipv6AddressMode = Mode(Text(s, "ipv6_address_mode")),
        Ipv6RaMode = Mode(Text(s, "ipv6_ra_mode")),
    };

    private static Port ReadPort(JsonElement p) => new()
    {
        Id = Text(p, "id")!,
        NetworkId = Text(p, "network_id")!,
        ProjectId = Text(p, "project_id") ?? "",
        Mac = PhysicalAddress.Parse(Text(p, "mac_address")!),
        FixedIps = [.. p.GetProperty("fixed_ips").EnumerateArray().Select(f => new FixedIp(Text(f, "subnet_id")!, IPAddress.Parse(Text(f, "ip_address")!)))],
        DeviceId = Text(p, "device_id")!,
        DeviceOwner = Text(p, "device_owner")!,
    };

    private static Ipv6Mode? Mode(string? text) => text switch
    {
        "slaac" => Ipv6Mode.Slaac,
        "dhcpv6-stateful" => Ipv6Mode.Dhcpv6Stateful,
        "dhcpv6-stateless" => Ipv6Mode.Dhcpv6Stateless,
        _ => null,
    };

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    private static string Directory([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Plumbing", "Golden");
}
