using System.Collections.Immutable;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary>The member <c>devices</c> of <c>meta_data.json</c>.</summary>
internal static class DeviceList
{
    private const string Unknown = "none";

    public static void Write(PythonJson json, ImmutableArray<TaggedDevice> devices, int version)
    {
        json.StartArray();
        foreach (var device in devices)
        {
            if (IsTold(device, version)) Write(json, device, version);
        }

        json.EndArray();
    }

    // A nic that would say no more than network_data.json does is left out.
    private static bool IsTold(TaggedDevice device, int version) => device.Kind switch
    {
        DeviceKind.Nic => device.Tags is not null || version >= OpenStackVersions.VfTrusted || TellsVlan(device, version),
        DeviceKind.Share => version >= OpenStackVersions.Shares,
        _ => true,
    };

    private static bool TellsVlan(TaggedDevice device, int version) => version >= OpenStackVersions.Vlan && device.Vlan is not null;

    private static void Write(PythonJson json, TaggedDevice device, int version)
    {
        json.StartObject();
        switch (device.Kind)
        {
            case DeviceKind.Nic:
                if (TellsVlan(device, version)) json.Member("vlan", device.Vlan);
                if (version >= OpenStackVersions.VfTrusted)
                {
                    json.Key("vf_trusted");
                    json.Boolean(device.VfTrusted);
                }

                json.Member("type", "nic");
                json.Member("mac", device.Mac);
                break;
            case DeviceKind.Disk:
                json.Member("type", "disk");
                if (device.HasSerial) json.Member("serial", device.Serial);
                if (device.HasPath) json.Member("path", device.Path);
                break;
            default:
                json.Member("type", "share");
                json.Member("share_id", device.ShareId);
                json.Member("tag", device.Tag);
                break;
        }

        json.Member("bus", device.Bus ?? Unknown);
        json.Member("address", (device.Bus is null ? null : device.Address) ?? Unknown);
        if (device.Tags is { } tags)
        {
            json.Key("tags");
            json.StartArray();
            foreach (var tag in tags) json.String(tag);
            json.EndArray();
        }

        json.EndObject();
    }
}
