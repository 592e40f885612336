using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Roles;

/// <summary>The inventory with the ports this host serves DHCP from.</summary>
internal static class DhcpPortsOf
{
    /// <summary>Reads the inventory, after ports that were missing for this host were allotted and stored.</summary>
    /// <param name="inventory">The inventory.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="former">What this returned before; null for nothing. Where nothing changed since, the ports are there.</param>
    public static Cloud WithDhcpPorts(this OwnInventory inventory, string host, Cloud? former = null)
    {
        var cloud = inventory.Read();
        if (ReferenceEquals(cloud, former)) return cloud;
        var planned = former is null ? Planner.EnsureDhcpPorts(cloud, host) : Planner.EnsureDhcpPorts(cloud, host, CloudChange.Between(former, cloud).Networks);
        if (ReferenceEquals(planned, cloud)) return cloud;

        // A plan is a pass over all there is: it is made again only for a cloud that somebody changed meanwhile.
        return inventory.Change(current => ReferenceEquals(current, cloud) ? planned : Planner.EnsureDhcpPorts(current, host));
    }
}
