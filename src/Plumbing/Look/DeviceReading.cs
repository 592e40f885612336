using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;

namespace Firstlight.Plumbing.Look;

/// <summary>Reads the JSON of iproute2's <c>ip</c> and <c>bridge</c>. Pure.</summary>
internal static class DeviceReading
{
    public static DeviceSeen Device(JsonElement item)
    {
        var flags = item.TryGetProperty("flags", out var list) ? list.EnumerateArray().Select(f => f.GetString()).ToHashSet(StringComparer.Ordinal) : [];
        return new DeviceSeen(
            Text(item, "ifname")!,
            Mac(item, "address"),
            flags.Contains("UP"),
            !flags.Contains("NO-CARRIER"),
            Text(item, "master"),
            item.TryGetProperty("linkinfo", out var info) ? Text(info, "info_kind") : null,
            item.TryGetProperty("addr_info", out var addresses) ? [.. addresses.EnumerateArray().Select(Address).OfType<AddressSeen>()] : []);
    }

    public static StationSeen? Station(JsonElement item) => Mac(item, "mac") is { } mac && Text(item, "ifname") is { } device
        ? new StationSeen(mac, device, Text(item, "state") is not ("permanent" or "static"))
        : null;

    /// <summary>Whether a neighbour was heard just now: a stale entry may be of a guest that had the address before.</summary>
    public static bool IsFresh(JsonElement neighbour) =>
        neighbour.TryGetProperty("state", out var states) && states.EnumerateArray().Any(s => s.GetString() is "REACHABLE" or "DELAY" or "PROBE" or "PERMANENT");

    public static PhysicalAddress? Mac(JsonElement item, string name) => PhysicalAddress.TryParse(Text(item, name), out var mac) ? mac : null;

    private static AddressSeen? Address(JsonElement item) => IPAddress.TryParse(Text(item, "local"), out var address)
        ? new AddressSeen(address, item.TryGetProperty("tentative", out _), item.TryGetProperty("dadfailed", out _))
        : null;

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
