using System.Collections.Frozen;
using System.Collections.Immutable;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary><c>network_data.json</c>: links, networks and DNS servers, from the stored <c>network_info</c> alone.</summary>
internal static class NetworkDataDocument
{
    private static readonly FrozenSet<string> LinkTypes =
        FrozenSet.Create(StringComparer.Ordinal, "bridge", "dvs", "hw_veb", "hyperv", "ovs", "tap", "vhostuser", "vif");

    private static readonly int[] Families = [4, 6];

    public static byte[] Render(ImmutableArray<Vif> vifs)
    {
        var json = new PythonJson();
        json.StartObject();
        if (!vifs.IsEmpty)
        {
            var interfaces = vifs.Where(vif => vif.Network is { Subnets.IsEmpty: false })
                .Select((vif, n) => new Interface(vif, vif.Network!, n))
                .ToList();
            var networks = interfaces.SelectMany(Networks).ToList();
            Array(json, "links", interfaces, Link);
            Array(json, "networks", networks.Index(), Network);
            Array(json, "services", networks.SelectMany(network => network.Subnet.Dns).Distinct(StringComparer.Ordinal), DnsServer);
        }

        json.EndObject();
        return json.ToArray();
    }

    /// <summary>The subnets of an interface that guests are told: the first of each family, if the interface has an address in it.</summary>
    internal static IEnumerable<VifSubnet> ToldSubnets(VifNetwork network)
    {
        foreach (var version in Families)
        {
            if (network.Subnets.FirstOrDefault(subnet => subnet.Version == version) is { Addresses.IsEmpty: false } subnet) yield return subnet;
        }
    }

    private static IEnumerable<ToldNetwork> Networks(Interface nic) =>
        ToldSubnets(nic.Network).Select(subnet => new ToldNetwork(nic.LinkId, nic.Network, subnet));

    private static void Link(PythonJson json, Interface nic)
    {
        json.StartObject();
        json.Member("id", nic.LinkId);
        json.Member("vif_id", nic.Vif.Id);
        json.Member("type", nic.Vif.Type is { } type && LinkTypes.Contains(type) ? type : "phy");

        // Where DHCP tells the MTU, telling it here too would pin it in the guest (Launchpad bug 1899487).
        var dhcpTellsMtu = nic.Network.Subnets.Any(subnet => !string.IsNullOrEmpty(subnet.DhcpServer));
        json.Member("mtu", dhcpTellsMtu ? null : nic.Network.Mtu);
        json.Member("ethernet_mac_address", nic.Vif.Address);
        json.EndObject();
    }

    private static void Network(PythonJson json, (int Index, ToldNetwork Network) item)
    {
        var (link, network, subnet) = item.Network;
        var mode = subnet.Ipv6AddressMode;
        var dhcp = mode is null && (subnet.DhcpServer is not null || subnet.EnableDhcp);
        json.StartObject();
        json.Member("id", $"network{item.Index}");
        json.Member("type", mode is not null ? $"ipv{subnet.Version}_{mode}" : dhcp ? $"ipv{subnet.Version}_dhcp" : $"ipv{subnet.Version}");
        json.Member("link", link);
        if (!dhcp)
        {
            json.Member("ip_address", subnet.Addresses[0].Address);
            json.Member("netmask", AddressText.Mask(subnet.Cidr));
            Array(json, "routes", Routes(subnet), Route);
        }

        json.Member("network_id", network.Id);
        if (!dhcp) Array(json, "services", subnet.Dns, DnsServer);
        json.EndObject();
    }

    private static IEnumerable<VifRoute> Routes(VifSubnet subnet)
    {
        if (!string.IsNullOrEmpty(subnet.Gateway)) yield return new VifRoute(subnet.Version == 6 ? "::/0" : "0.0.0.0/0", subnet.Gateway);
        foreach (var route in subnet.Routes) yield return route;
    }

    private static void Route(PythonJson json, VifRoute route)
    {
        json.StartObject();
        json.Member("network", AddressText.Network(route.Cidr));
        json.Member("netmask", AddressText.Mask(route.Cidr));
        json.Member("gateway", route.Gateway);
        json.EndObject();
    }

    private static void DnsServer(PythonJson json, string address)
    {
        json.StartObject();
        json.Member("type", "dns");
        json.Member("address", address);
        json.EndObject();
    }

    private static void Array<T>(PythonJson json, string name, IEnumerable<T> items, Action<PythonJson, T> write)
    {
        json.Key(name);
        json.StartArray();
        foreach (var item in items) write(json, item);
        json.EndArray();
    }

    private sealed record Interface(Vif Vif, VifNetwork Network, int Number)
    {
        public string LinkId => string.IsNullOrEmpty(Vif.DeviceName) ? $"interface{Number}" : Vif.DeviceName;
    }

    private sealed record ToldNetwork(string LinkId, VifNetwork Network, VifSubnet Subnet);
}
