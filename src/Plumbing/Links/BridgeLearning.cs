using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Links;

/// <summary>Keeps a bridge from learning MACs off frames that no firewall sees.</summary>
internal static class BridgeLearning
{
    /// <summary>Frames to 01:80:c2:00:00:0x (LLDP and its like) are never forwarded, and some pass no hook of netfilter; yet the bridge learns their source,
    /// so that a guest could draw its neighbour's packets to itself with them. Switches that off; written only where it differs.</summary>
    /// <returns>Whether it was changed.</returns>
    public static bool RefuseReserved(Hand hand, string bridge)
    {
        // Kernels before 4.20 do not know it.
        return hand.Set($"/sys/class/net/{bridge}/bridge/no_linklocal_learn", "1") ?? false;
    }
}
