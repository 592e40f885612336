using System.Net.NetworkInformation;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>The three lists of ports that are ever asked for. Two take networks and cannot be made without; the third is bound to one router.</summary>
internal static class PortQueries
{
    /// <summary>Kinds of port by which a router has a network; its gateway, its SNAT port and its HA port are none.</summary>
    public static readonly IReadOnlyList<string> InterfaceOwners =
        ["network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed"];

    // Old releases know tenant_id alone.
    private static readonly string[] Fields = ["id", "network_id", "mac_address", "device_id", "project_id", "tenant_id", "fixed_ips"];

    /// <summary>All ports of a network, in pages of <paramref name="page"/> where the server has no smaller ones.</summary>
    public static NeutronQuery All(Guid network, int page) => NeutronQuery.All.Where("network_id", network.ToString()).Select(Fields).Limit(page);

    /// <summary>The ports of some networks with any of some addresses, or any of some MACs: all of one kind.</summary>
    public static NeutronQuery Of(NetworkSet networks, IReadOnlyCollection<PeerKey> peers)
    {
        var query = peers.Aggregate(NeutronQuery.All, static (query, peer) => peer.Mac is { } mac
            ? query.Where("mac_address", Text(mac))
            : query.Where("fixed_ips", $"ip_address={peer.Address}"));
        return query.WhereAny("network_id", networks.Ids.Select(static id => id.ToString())).Select(Fields);
    }

    /// <summary>The ports by which a router has its networks.</summary>
    public static NeutronQuery InterfacesOf(Guid router) => InterfaceOwners
        .Aggregate(NeutronQuery.All.Where("device_id", router.ToString()), static (query, owner) => query.Where("device_owner", owner))
        .Select("network_id", "device_id", "device_owner");

    private static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(static octet => octet.ToString("x2")));
}
