namespace Firstlight.Plumbing.Links;

/// <summary>Lines for <c>ip -batch</c> in the host's namespace. Pure.</summary>
internal static class HostPlan
{
    /// <summary>Makes a bridge, still down: it must not hear anything before the host is shut off from it.</summary>
    public static string[] CreateBridge(string bridge, int mtu) =>
    [
        $"link add name {bridge} mtu {mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        $"link set dev {bridge} addrgenmode none",
    ];

    /// <summary>Makes a namespace.</summary>
    public static string CreateNamespace(string name) => $"netns add {name}";

    /// <summary>Makes a veth, both ends down and in the host, so that offload can be switched off before the far end enters a tenant's namespace.</summary>
    public static string[] CreateVeth(WantedDevice device) =>
    [
        $"link add name {device.HostEnd} mtu {device.Mtu} type veth peer name {device.Name} address {Format.Mac(device.Mac)} mtu {device.Mtu}",
        $"link set dev {device.HostEnd} addrgenmode none",
    ];

    /// <summary>Sends the far end to its namespace.</summary>
    public static string Enter(WantedDevice device, string networkNamespace) => $"link set dev {device.Name} netns {networkNamespace}";

    /// <summary>Takes a device (and the other end of a veth) away.</summary>
    public static string Delete(string device) => $"link del dev {device}";

    /// <summary>What a bridge that exists lacks.</summary>
    public static IEnumerable<string> RepairBridge(string bridge, int mtu, Device? present)
    {
        if (present is not null && present.Mtu != mtu) yield return $"link set dev {bridge} mtu {mtu}";
        if (present is not { Up: true }) yield return $"link set dev {bridge} up";
    }

    /// <summary>What an uplink of a bridge lacks.</summary>
    public static IEnumerable<string> RepairUplink(string uplink, string bridge, Device present)
    {
        if (!string.Equals(present.Master, bridge, StringComparison.Ordinal)) yield return $"link set dev {uplink} master {bridge}";
        if (!present.Up) yield return $"link set dev {uplink} up";
    }

    /// <summary>Takes a device out of the bridge it is in.</summary>
    public static string Unplug(string device) => $"link set dev {device} nomaster";

    /// <summary>What the host's end of a veth lacks.</summary>
    public static IEnumerable<string> RepairHostEnd(WantedDevice device, Device? present)
    {
        if (present is not null && present.Mtu != device.Mtu) yield return $"link set dev {device.HostEnd} mtu {device.Mtu}";
        if (!string.Equals(present?.Master, device.Bridge, StringComparison.Ordinal)) yield return $"link set dev {device.HostEnd} master {device.Bridge}";
        if (present is not { Up: true }) yield return $"link set dev {device.HostEnd} up";
    }
}
