using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Firstlight.Doctor.Documents;

/// <summary><c>network_data.json</c> as cloud-init's OpenStack reader takes it. Pure.</summary>
internal static class NetworkDataJudge
{
    private const string Mend = "compare with 'firstlight port list', and with network_info in Nova's database where that is the source";

    // A link of another type makes cloud-init give up on the whole network configuration.
    private static readonly ImmutableArray<string> Types =
        ["bgpovs", "bridge", "cascading", "dvs", "ethernet", "hostdev_physical", "hw_veb", "hyperv", "ovs", "phy", "tap", "vhostuser", "vif", "bond", "vlan"];

    public static DocumentVerdict Judge(ReadOnlyMemory<byte> bytes, AskedInstance instance)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return OfRoot(document.RootElement, instance);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return DocumentVerdict.Bad($"{bytes.Length} bytes", $"not the JSON that was expected: {e.Message}", Mend);
        }
    }

    private static DocumentVerdict OfRoot(JsonElement root, AskedInstance instance)
    {
        if (root.ValueKind != JsonValueKind.Object) return DocumentVerdict.Bad($"{root.ValueKind}", "cloud-init wants an object", Mend);
        var links = List(root, "links");
        var networks = List(root, "networks");
        var seen = $"{links.Count} links, {networks.Count} networks, {List(root, "services").Count} services";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in links)
        {
            var id = Text(link, "id");
            if (id is null || !ids.Add(id)) return DocumentVerdict.Bad(seen, $"a link has {(id is null ? "no id" : $"the id {id} of another")}", Mend);
            if (Text(link, "type") is { } type && !Types.Contains(type, StringComparer.Ordinal)) return DocumentVerdict.Bad(seen, $"link {id} is of type {type}, which cloud-init does not know: it configures no network at all", Mend);
            if (Text(link, "ethernet_mac_address") is not { } mac) return DocumentVerdict.Bad(seen, $"link {id} has no MAC, by which the guest finds its interface", Mend);
            if (instance.Macs.Count > 0 && !instance.Macs.Contains(mac.ToLowerInvariant()))
                return DocumentVerdict.Bad(seen, $"link {id} is for {mac}, which no port of the instance has: cloud-init stops when the guest has no such interface", Mend);
        }

        foreach (var network in networks)
        {
            var id = Text(network, "id") ?? "?";
            if (Text(network, "link") is not { } link || !ids.Contains(link)) return DocumentVerdict.Bad(seen, $"network {id} refers to link {Text(network, "link") ?? "none"}, which is not there", Mend);
            if (Text(network, "ip_address") is { } address && !IPAddress.TryParse(address.Split('/')[0], out _)) return DocumentVerdict.Bad(seen, $"network {id} has the address {address}", Mend);
        }

        return links.Count == 0
            ? DocumentVerdict.Odd(seen, "the guest is told of no interface: cloud-init falls back to DHCP on the first one", Mend)
            : DocumentVerdict.Fine(seen);
    }

    private static List<JsonElement> List(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
