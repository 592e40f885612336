using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using System.Text.Json;

namespace Firstlight.Plumbing.Links;

/// <summary>A device as the kernel has it.</summary>
internal sealed record Device(string Name, PhysicalAddress? Mac, int Mtu, bool Up, string? Master, IReadOnlyList<DeviceAddress> Addresses);

/// <summary>An address on a device. <paramref name="LinkLocal"/> is scope link, whatever the family.</summary>
internal sealed record DeviceAddress(IPAddress Address, int PrefixLength, bool LinkLocal, bool Failed);

/// <summary>A default route of the main table.</summary>
internal sealed record DefaultRoute(IPAddress? Gateway, string Device);

/// <summary>An address that neighbour discovery is answered for on a device that does not carry it.</summary>
internal sealed record ProxiedNeighbour(IPAddress Address, string Device);

/// <summary>Devices, addresses, default routes and proxied neighbours of one namespace at one moment.</summary>
internal sealed record LinkDump(FrozenDictionary<string, Device> Devices, IReadOnlyList<DefaultRoute> Defaults, IReadOnlyList<ProxiedNeighbour> Proxied)
{
    /// <summary>The commands of one <c>ip -j -batch</c> that this reads the answer of. "table all" makes ip list both families.</summary>
    public const string Commands = "addr show\nroute show table all\nneigh show proxy\n";

    /// <summary>A namespace that was made just now.</summary>
    public static LinkDump Nothing { get; } = new(FrozenDictionary<string, Device>.Empty, [], []);

    /// <summary>Reads what ip printed: JSON arrays one after the other.</summary>
    public static LinkDump Parse(string json)
    {
        var devices = new Dictionary<string, Device>(StringComparer.Ordinal);
        var routes = new List<DefaultRoute>();
        var proxied = new List<ProxiedNeighbour>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            using var document = JsonDocument.ParseValue(ref reader);
            foreach (var item in document.RootElement.EnumerateArray())
            {
                if (item.TryGetProperty("ifname", out var name)) devices[name.GetString()!] = ReadDevice(name.GetString()!, item);
                else if (item.TryGetProperty("proxy", out _)) proxied.Add(new ProxiedNeighbour(IPAddress.Parse(Text(item, "dst")!), Text(item, "dev") ?? ""));
                else if (ReadDefault(item) is { } route) routes.Add(route);
            }
        }

        return new LinkDump(devices.ToFrozenDictionary(StringComparer.Ordinal), routes, proxied);
    }

    private static Device ReadDevice(string name, JsonElement item) => new(
        name,
        PhysicalAddress.TryParse(Text(item, "address"), out var mac) ? mac : null,
        item.TryGetProperty("mtu", out var mtu) ? mtu.GetInt32() : 0,
        item.TryGetProperty("flags", out var flags) && flags.EnumerateArray().Any(f => f.ValueEquals("UP")),
        Text(item, "master"),
        item.TryGetProperty("addr_info", out var addresses) ? [.. addresses.EnumerateArray().Select(ReadAddress).OfType<DeviceAddress>()] : []);

    private static DeviceAddress? ReadAddress(JsonElement item) =>
        IPAddress.TryParse(Text(item, "local"), out var address)
            ? new DeviceAddress(address, item.GetProperty("prefixlen").GetInt32(), Text(item, "scope") is "link", item.TryGetProperty("dadfailed", out _))
            : null;

    private static DefaultRoute? ReadDefault(JsonElement item)
    {
        // A route that is not of the main table says which; unreachable and the like carry a type.
        if (Text(item, "dst") is not "default" || item.TryGetProperty("table", out _) || item.TryGetProperty("type", out _)) return null;
        return Text(item, "dev") is { } device
            ? new DefaultRoute(IPAddress.TryParse(Text(item, "gateway"), out var gateway) ? gateway : null, device)
            : null;
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
}
