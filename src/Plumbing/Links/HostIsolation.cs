using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Links;

/// <summary>Keeps the host from being a neighbour of tenants on the bridges it carries for them.</summary>
internal static class HostIsolation
{
    // No IPv6 at all; no answer to ARP for any address of the host; and what is sent to the bridge's own MAC fails the reverse path.
    // Bridged frames never pass these: they are for packets to the host itself.
    private static readonly (string Setting, string Value)[] V4 = [("arp_ignore", "8"), ("rp_filter", "1")];
    private static readonly (string Setting, string Value)[] V6 = [("disable_ipv6", "1")];

    // For as long as the process lives.
    private static readonly Lazy<SettingsDirectory?> V4Devices = new(() => SettingsDirectory.Open("/proc/sys/net/ipv4/conf"));
    private static readonly Lazy<SettingsDirectory?> V6Devices = new(() => SettingsDirectory.Open("/proc/sys/net/ipv6/conf"));

    /// <summary>Applies it to a bridge or tap of the host's namespace; writes only what differs.</summary>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="IOException">The device is gone, or /proc/sys cannot be read or written.</exception>
    public static bool Apply(Hand hand, string device)
    {
        var devices = V4Devices.Value ?? throw new IOException("/proc/sys/net/ipv4/conf cannot be opened");

        // A kernel without IPv6 has nothing to switch off.
        return (V6Devices.Value is { } v6 && Apply(hand, v6, device, V6)) | Apply(hand, devices, device, V4);
    }

    private static bool Apply(Hand hand, SettingsDirectory devices, string device, (string Setting, string Value)[] settings)
    {
        var changed = false;
        foreach (var (setting, value) in settings)
            changed |= devices.Ensure(hand, $"{device}/{setting}", value) ?? throw new IOException($"{device} has no setting {setting}: it is gone");
        return changed;
    }
}
