using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.Ec2;

/// <summary>The items of <c>block-device-mapping</c>.</summary>
internal static class BlockDeviceMappingItems
{
    private const string DevicePrefix = "/dev/";

    /// <summary>The items in the order Nova has them on a config drive.</summary>
    public static OrderedDictionary<string, Ec2Node> Of(BlockDevices devices)
    {
        var items = new OrderedDictionary<string, string?>(StringComparer.Ordinal);
        if (devices.RootDeviceName is not { } root)
        {
            items["ami"] = "sda1";
            items["ephemeral0"] = "sda2";
            items["root"] = "/dev/sda1";
            items["swap"] = "sda3";
        }
        else
        {
            items["ami"] = root.StartsWith(DevicePrefix, StringComparison.Ordinal) ? root[DevicePrefix.Length..] : root;
            items["root"] = root;
            if (!string.IsNullOrEmpty(devices.DefaultEphemeralDevice)) items["ephemeral0"] = devices.DefaultEphemeralDevice;
            if (!string.IsNullOrEmpty(devices.DefaultSwapDevice)) items["swap"] = devices.DefaultSwapDevice;
            AddMappings(items, devices);
        }

        var leaves = new OrderedDictionary<string, Ec2Node>(StringComparer.Ordinal);
        foreach (var (name, device) in items) leaves[name] = new Ec2Leaf(device);
        return leaves;
    }

    private static void AddMappings(OrderedDictionary<string, string?> items, BlockDevices devices)
    {
        var volumes = devices.Mappings.Where(mapping => mapping.DestinationType == "volume").Select(mapping => mapping.DeviceName);
        foreach (var (n, name) in volumes.Order(StringComparer.Ordinal).Index()) items[$"ebs{n}"] = name;

        var blanks = devices.Mappings.Where(mapping => mapping.DestinationType != "volume" && mapping.SourceType == "blank").ToList();
        foreach (var swap in blanks.Where(IsSwap)) items["swap"] = swap.DeviceName;
        foreach (var (n, disk) in blanks.Where(mapping => !IsSwap(mapping)).Index()) items[$"ephemeral{n}"] = disk.DeviceName;
    }

    private static bool IsSwap(BlockDeviceMapping mapping) => mapping.GuestFormat == "swap";
}
