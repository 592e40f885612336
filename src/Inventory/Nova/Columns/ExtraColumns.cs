using System.Collections.Immutable;
using System.Text.Json;
using Firstlight.Metadata.Instances;
using static Firstlight.Inventory.Nova.Columns.VersionedObject;

namespace Firstlight.Inventory.Nova.Columns;

/// <summary>The JSON columns of <c>instance_extra</c>. NULL means none in all of them.</summary>
internal static class ExtraColumns
{
    /// <summary>Name of the current flavor; null when no flavor is stored.</summary>
    /// <remarks>Before Kilo it stood in the system metadata; Nova migrated all such rows.</remarks>
    public static string? FlavorName(string? json)
    {
        if (json is null) return null;

        using var document = Parse(json);
        var current = Member(document.RootElement, "cur") ?? throw new FormatException("no current flavor");
        return Text(Data(current), "name") ?? throw new FormatException("a flavor without name");
    }

    /// <summary>Key pairs in stored order.</summary>
    public static ImmutableArray<KeyPair> KeyPairs(string? json)
    {
        if (json is null) return [];

        using var document = Parse(json);
        return [.. List(Data(document.RootElement), "objects").Select(item => KeyPairOf(Data(item)))];
    }

    /// <summary>Tagged devices in stored order; classes that no document tells are left out.</summary>
    public static ImmutableArray<TaggedDevice> Devices(string? json)
    {
        if (json is null) return [];

        using var document = Parse(json);
        return [.. List(Data(document.RootElement), "devices").Select(Device).OfType<TaggedDevice>()];
    }

    /// <summary>Guest CPUs pinned to host CPUs of all NUMA cells, ascending.</summary>
    public static ImmutableArray<int> DedicatedCpus(string? json)
    {
        if (json is null) return [];

        using var document = Parse(json);
        return [.. List(Data(document.RootElement), "cells").SelectMany(Pinned).Distinct().Order()];
    }

    // Keys had no type before Juno's x509 keys.
    private static KeyPair KeyPairOf(JsonElement key) => new(
        Text(key, "name") ?? throw new FormatException("a key pair without name"),
        Text(key, "type") ?? "ssh",
        Text(key, "public_key") ?? throw new FormatException("a key pair without key"));

    // Before version 1.5 a dedicated cell's CPUs were all pinned and had no list of their own. Nova rewrites such rows as it meets them;
    // a bare one of before Liberty knows no policy, so nothing in it is pinned.
    private static IEnumerable<int> Pinned(JsonElement cell)
    {
        var data = Data(cell);
        var all = Numbers(data, "cpuset");
        return Text(data, "cpu_policy") == "dedicated" && all.Count > 0 ? all : Numbers(data, "pcpuset");
    }

    private static List<int> Numbers(JsonElement item, string name) => [.. List(item, name).Select(number => number.GetInt32())];

    private static TaggedDevice? Device(JsonElement device)
    {
        var data = Data(device);
        var bus = Member(data, "bus");
        var busName = bus is { } b ? BusName(Name(b)) : null;
        if (bus is not null && busName is null) return null;

        DeviceKind? kind = Name(device) switch
        {
            "NetworkInterfaceMetadata" => DeviceKind.Nic,
            "DiskMetadata" => DeviceKind.Disk,
            "ShareMetadata" => DeviceKind.Share,
            _ => null,
        };
        return kind is not { } known ? null : new TaggedDevice
        {
            Kind = known,
            Bus = busName,
            Address = bus is { } on ? Text(Data(on), "address") : null,
            Tags = Member(data, "tags") is { } tags ? Tags(tags) : null,
            Mac = Text(data, "mac"),
            Vlan = Number(data, "vlan"),
            VfTrusted = IsTrue(data, "vf_trusted"),
            HasSerial = data.TryGetProperty("serial", out _),
            Serial = Text(data, "serial"),
            HasPath = data.TryGetProperty("path", out _),
            Path = Text(data, "path"),
            ShareId = Text(data, "share_id"),
            Tag = Text(data, "tag"),
        };
    }

    private static ImmutableArray<string> Tags(JsonElement tags) =>
        [.. tags.EnumerateArray().Select(tag => tag.GetString() ?? throw new FormatException("a tag that is null"))];

    private static string? BusName(string? name) => name switch
    {
        "PCIDeviceBus" => "pci",
        "USBDeviceBus" => "usb",
        "SCSIDeviceBus" => "scsi",
        "IDEDeviceBus" => "ide",
        "XenDeviceBus" => "xen",
        _ => null,
    };
}
