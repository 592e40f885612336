using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Planning;

namespace Firstlight.Inventory.Own;

/// <summary>Pure functions from a cloud and a wish to the next cloud. Every verb and every file goes through here.</summary>
public static class Planner
{
    /// <summary>Creates or changes what the spec names; leaves everything else. Allots ids, MACs, addresses and numbers where the spec leaves them open and the cloud has none yet.</summary>
    /// <remarks>
    /// What a spec leaves null keeps its stored value; so does a list that is empty, unless the cloud file has it written empty. A list of a spec is the
    /// whole list: interfaces of a router that are not in it go. Ports of a server are things of their own and stay. Server numbers stay 0 until the
    /// plan is stored.
    /// </remarks>
    /// <exception cref="InventoryRuleException">All broken rules, each with its line where the spec has one.</exception>
    public static Plan Apply(Cloud current, CloudSpec spec)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(spec);
        var draft = new Draft(current);
        var topology = new TopologyPlan(draft);
        foreach (var project in spec.Projects) topology.Apply(project);
        foreach (var network in spec.Networks) topology.Apply(network);
        foreach (var subnet in spec.Subnets) topology.Apply(subnet);

        var servers = new ServerPlan(draft, topology);
        foreach (var keyPair in spec.KeyPairs) servers.Apply(keyPair);
        var planned = spec.Servers.Select(s => (Spec: s, Server: servers.Apply(s))).ToList();

        var ports = new PortPlan(draft, topology);
        foreach (var port in spec.Ports) ports.Claim(port, project: null);
        foreach (var (server, stored) in planned)
        {
            foreach (var port in server.Ports.IsDefault ? [] : server.Ports) ports.Claim(port, stored?.ProjectId);
        }
        var floating = new FloatingIpPlan(draft, topology);
        foreach (var ip in spec.FloatingIps) floating.Claim(ip);
        var gateways = new GatewayPlan(draft);
        foreach (var router in spec.Routers) gateways.Claim(router);

        var routers = new RouterPlan(draft, topology, gateways);
        foreach (var router in spec.Routers) routers.Apply(router);
        foreach (var (server, stored) in planned)
        {
            if (stored is not null) ports.Apply(server, stored);
        }
        foreach (var port in spec.Ports) ports.Apply(port);
        foreach (var ip in spec.FloatingIps) floating.Apply(ip);
        return draft.Finish();
    }

    /// <summary>Removes one thing and what only exists through it (a server's ports, a router's interfaces and gateway, a network's subnets and DHCP ports); refuses while something else uses it. A floating address whose port goes stays and leads nowhere.</summary>
    /// <param name="current">The cloud.</param>
    /// <param name="kind">Kind of thing.</param>
    /// <param name="nameOrId">Name or id.</param>
    /// <param name="project">Project name or id, to tell equal names apart; null where the name is unique.</param>
    /// <exception cref="InventoryRuleException">Unknown, ambiguous, or in use; the message says by what.</exception>
    public static Plan Delete(Cloud current, ResourceKind kind, string nameOrId, string? project)
    {
        ArgumentNullException.ThrowIfNull(current);
        return new Deletion(current).Run(kind, Key(current, kind, nameOrId, project));
    }

    /// <summary>Finds one thing by id or by name; returns its id (for a key pair its name).</summary>
    /// <exception cref="InventoryRuleException">Unknown or ambiguous.</exception>
    public static string Resolve(Cloud current, ResourceKind kind, string nameOrId, string? project)
    {
        ArgumentNullException.ThrowIfNull(current);
        var key = Key(current, kind, nameOrId, project);
        return kind == ResourceKind.KeyPair ? nameOrId : key;
    }

    /// <summary>Gives every network with a DHCP-enabled subnet a DHCP port for this host (Neutron's <c>device_id</c> form), with an address in each such subnet; removes those no longer needed.</summary>
    /// <param name="current">The cloud.</param>
    /// <param name="host">Host name; its first label counts.</param>
    /// <returns>The same cloud when nothing was missing.</returns>
    public static Cloud EnsureDhcpPorts(Cloud current, string host)
    {
        ArgumentNullException.ThrowIfNull(current);
        return EnsureDhcpPorts(current, host, current.Networks.Keys.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The same on some networks alone: enough where nothing changed on the others since it was done for all.</summary>
    /// <param name="current">The cloud.</param>
    /// <param name="host">Host name; its first label counts.</param>
    /// <param name="networks">Ids of networks; one that is gone counts for nothing.</param>
    /// <returns>The same cloud when nothing was missing.</returns>
    public static Cloud EnsureDhcpPorts(Cloud current, string host, IReadOnlySet<string> networks)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentNullException.ThrowIfNull(networks);
        return DhcpPorts.Ensure(current, host, networks);
    }

    private static string Key(Cloud current, ResourceKind kind, string nameOrId, string? project)
    {
        ArgumentNullException.ThrowIfNull(nameOrId);
        var names = new NameIndex(current);
        var problem = "";
        var projectId = project is null ? null : names.Find(ResourceKind.Project, project, projectId: null, out problem);
        if (project is null || projectId is not null)
        {
            if (names.Find(kind, nameOrId, projectId, out problem) is { } key) return key;
        }
        throw new InventoryRuleException([new RuleViolation(Subjects.Of(kind, nameOrId), project is not null && projectId is null ? "project" : "name", problem)]);
    }
}
