using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Roles;

/// <summary>The inventory with the ports this host serves DHCP from.</summary>
internal static class DhcpPortsOf
{
    /// <summary>Reads the inventory, after ports that were missing for this host were allotted and stored.</summary>
    /// <param name="inventory">The inventory.</param>
    /// <param name="host">Name of this host.</param>
    public static Cloud WithDhcpPorts(this OwnInventory inventory, string host)
    {
        var cloud = inventory.Read();
        var planned = Planner.EnsureDhcpPorts(cloud, host);
        if (ReferenceEquals(planned, cloud)) return cloud;

        // A plan is a pass over all there is: it is made again only for a cloud that somebody changed meanwhile.
        return inventory.Change(current => ReferenceEquals(current, cloud) ? planned : Planner.EnsureDhcpPorts(current, host));
    }
}
