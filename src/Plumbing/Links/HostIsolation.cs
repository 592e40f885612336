using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Links;

/// <summary>Keeps the host from being a neighbour of tenants on the bridges it carries for them.</summary>
internal static class HostIsolation
{
    // No IPv6 at all; no answer to ARP for any address of the host; and what is sent to the bridge's own MAC fails the reverse path.
    // Bridged frames never pass these: they are for packets to the host itself.
    private static readonly (string Path, string Value)[] Settings = [("ipv6/conf/{0}/disable_ipv6", "1"), ("ipv4/conf/{0}/arp_ignore", "8"), ("ipv4/conf/{0}/rp_filter", "1")];

    // A kernel without IPv6 has nothing to switch off.
    private static readonly bool HasV6 = Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>Applies it to a bridge or tap of the host's namespace; writes only what differs.</summary>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="IOException">The device is gone, or /proc/sys cannot be written.</exception>
    public static bool Apply(Hand hand, string device)
    {
        var changed = false;
        foreach (var (path, value) in Settings)
        {
            if (HasV6 || !path.StartsWith("ipv6", StringComparison.Ordinal)) changed |= hand.Set("/proc/sys/net/" + string.Format(path, device), value);
        }

        return changed;
    }
}
