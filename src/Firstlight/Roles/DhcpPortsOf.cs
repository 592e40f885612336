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
        return ReferenceEquals(Planner.EnsureDhcpPorts(cloud, host), cloud) ? cloud : inventory.Change(current => Planner.EnsureDhcpPorts(current, host));
    }
}
