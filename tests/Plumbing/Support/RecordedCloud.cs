using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>Networks as a real Neutron 21 had them (its API's own answer), and what its DHCP agent, with force_metadata and
/// dns_domain=openstacklocal., made of them: see Golden/README.md.</summary>
internal static class RecordedCloud
{
    public static readonly string[] Networks =
    [
        "d6c53ac8-fff8-4ae6-8a36-a723a278dd47", "c55efaee-ea7f-4ded-abf9-8753e0739770", "d8a461a0-fe4a-4cd3-9f15-28cd1ed50e7f",
        "dd03b550-3424-463e-a240-e71b9487df87", "69015242-f814-43cd-8e73-ba7ac0bd99ef", "7011773e-f21c-4be0-b935-84a9f23db291",
    ];

    public static string Golden(string network, string file) =>
        File.ReadAllText(Path.Combine(Here(), "..", "Golden", $"dnsmasq-qdhcp-{network}-{file}.txt"));

    public static string Haproxy(string networkNamespace) => File.ReadAllText(Path.Combine(Here(), "..", "Golden", $"haproxy-{networkNamespace}.conf"));

    public static WantedNetwork Network(string id)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Here(), "..", "Golden", "neutron-api.json")));
        var root = document.RootElement;
        var network = Items(root, "networks").Single(n => Text(n, "id") == id);
        var ports = Items(root, "ports").Where(p => Text(p, "network_id") == id).ToList();
        var dhcp = ports.Single(p => Text(p, "device_owner") == "network:dhcp");
        var addresses = dhcp.GetProperty("fixed_ips").EnumerateArray().ToDictionary(f => Text(f, "subnet_id")!, f => IPAddress.Parse(Text(f, "ip_address")!));
        return new WantedNetwork
        {
            Id = id,
            Mtu = network.GetProperty("mtu").GetInt32(),
            Dhcp = new WantedDhcp
            {
                PortId = Text(dhcp, "id")!,
                Mac = PhysicalAddress.Parse(Text(dhcp, "mac_address")!),
                DnsDomain = "openstacklocal.",
                Subnets = [.. Items(root, "subnets").Where(s => Text(s, "network_id") == id).Select(s => Subnet(s, addresses))],
                Hosts = [.. Ports(ports).SelectMany(Entries)],
            },
        };
    }

    private static WantedSubnet Subnet(JsonElement s, Dictionary<string, IPAddress> dhcpAddresses) => new()
    {
        Id = Text(s, "id")!,
        Cidr = IPNetwork.Parse(Text(s, "cidr")!),
        Gateway = Text(s, "gateway_ip") is { } gateway ? IPAddress.Parse(gateway) : null,
        Dns = [.. s.GetProperty("dns_nameservers").EnumerateArray().Select(d => IPAddress.Parse(d.GetString()!))],
        HostRoutes = [.. s.GetProperty("host_routes").EnumerateArray().Select(r => new SubnetRoute(IPNetwork.Parse(Text(r, "destination")!), IPAddress.Parse(Text(r, "nexthop")!)))],
        MetadataNextHop = s.GetProperty("ip_version").GetInt32() == 4 ? dhcpAddresses.GetValueOrDefault(Text(s, "id")!) : null,
        Dhcp = s.GetProperty("enable_dhcp").GetBoolean(),
        V6 = Text(s, "ipv6_address_mode") switch
        {
            "slaac" => DhcpV6Service.Slaac,
            "dhcpv6-stateful" => DhcpV6Service.Stateful,
            "dhcpv6-stateless" => DhcpV6Service.Stateless,
            _ => DhcpV6Service.Unset,
        },
    };

    // Neutron writes ports in the order it made them, which the API does not tell; the recorded cloud made routers' ports first, then by address.
    private static IEnumerable<JsonElement> Ports(List<JsonElement> ports) => ports
        .Where(p => Text(p, "device_owner") != "network:dhcp")
        .OrderBy(p => Text(p, "device_owner") == "network:router_interface" ? 0 : 1)
        .ThenBy(p => IPAddress.Parse(Text(p.GetProperty("fixed_ips")[0], "ip_address")!).GetAddressBytes().Length)
        .ThenBy(p => Convert.ToHexString(IPAddress.Parse(Text(p.GetProperty("fixed_ips")[0], "ip_address")!).GetAddressBytes()), StringComparer.Ordinal);

    private static IEnumerable<HostEntry> Entries(JsonElement port) => port.GetProperty("fixed_ips").EnumerateArray().Select(f =>
    {
        var address = Text(f, "ip_address")!;
        return new HostEntry(PhysicalAddress.Parse(Text(port, "mac_address")!), Text(f, "subnet_id")!, IPAddress.Parse(address), "host-" + address.Replace('.', '-').Replace(':', '-'));
    });

    private static JsonElement.ArrayEnumerator Items(JsonElement root, string name) => root.GetProperty(name).EnumerateArray();

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
