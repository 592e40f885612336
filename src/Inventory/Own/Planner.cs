using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>Pure functions from a cloud and a wish to the next cloud. Every verb and every file goes through here.</summary>
public static class Planner
{
    /// <summary>Creates or changes what the spec names; leaves everything else. Allots ids, MACs, addresses and numbers where the spec leaves them open and the cloud has none yet.</summary>
    /// <exception cref="InventoryRuleException">All broken rules, each with its line where the spec has one.</exception>
    public static Plan Apply(Cloud current, CloudSpec spec) => throw new NotSupportedException("pending");

    /// <summary>Removes one thing and what only exists through it (a server's ports, a router's interfaces); refuses while something else uses it.</summary>
    /// <param name="current">The cloud.</param>
    /// <param name="kind">Kind of thing.</param>
    /// <param name="nameOrId">Name or id.</param>
    /// <param name="project">Project name or id, to tell equal names apart; null where the name is unique.</param>
    /// <exception cref="InventoryRuleException">Unknown, ambiguous, or in use; the message says by what.</exception>
    public static Plan Delete(Cloud current, ResourceKind kind, string nameOrId, string? project) => throw new NotSupportedException("pending");

    /// <summary>Finds one thing by id or by name; returns its id (for a key pair its name).</summary>
    /// <exception cref="InventoryRuleException">Unknown or ambiguous.</exception>
    public static string Resolve(Cloud current, ResourceKind kind, string nameOrId, string? project) => throw new NotSupportedException("pending");

    /// <summary>Gives every network with a DHCP-enabled subnet a DHCP port for this host (Neutron's <c>device_id</c> form), with an address in each such subnet; removes those no longer needed.</summary>
    /// <param name="current">The cloud.</param>
    /// <param name="host">Host name; its first label counts.</param>
    public static Cloud EnsureDhcpPorts(Cloud current, string host) => throw new NotSupportedException("pending");
}
