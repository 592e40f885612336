using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>Interfaces of a router as a change of the cloud.</summary>
internal static class RouterInterfaces
{
    /// <summary>The cloud with one interface more.</summary>
    /// <exception cref="InventoryRuleException">Router or subnet unknown, or a rule would break.</exception>
    public static Cloud Add(Cloud cloud, string router, string subnet, string? project)
    {
        var (owner, wanted) = Resolve(cloud, router, subnet, project);
        // Those it has are named again, so that the spec is the whole truth however it is read.
        var has = PortsOf(cloud, owner).SelectMany(p => p.FixedIps).Select(f => f.SubnetId);
        if (has.Contains(wanted.Id)) throw Broken(owner, $"has an interface on subnet {wanted.Name} already");
        return Planner.Apply(cloud, new CloudSpec
        {
            Routers = [new RouterSpec { Name = owner.Name, Id = owner.Id, Project = owner.ProjectId, Interfaces = [.. has, wanted.Id] }],
        }).Next;
    }

    /// <summary>The cloud with one interface less.</summary>
    /// <exception cref="InventoryRuleException">Router or subnet unknown, or no such interface.</exception>
    public static Cloud Remove(Cloud cloud, string router, string subnet, string? project)
    {
        var (owner, unwanted) = Resolve(cloud, router, subnet, project);
        var port = PortsOf(cloud, owner).FirstOrDefault(p => p.FixedIps.Any(f => f.SubnetId == unwanted.Id))
            ?? throw Broken(owner, $"has no interface on subnet {unwanted.Name}");
        return WithoutAddress(cloud, port, unwanted.Id);
    }

    /// <summary>The cloud without the addresses a port has on a subnet, and without the port when those were all it had.</summary>
    internal static Cloud WithoutAddress(Cloud cloud, Port port, string subnetId)
    {
        var left = port.FixedIps.RemoveAll(f => f.SubnetId == subnetId);
        return cloud with { Ports = left.IsEmpty ? cloud.Ports.Remove(port.Id) : cloud.Ports.SetItem(port.Id, port with { FixedIps = left }) };
    }

    private static (Router Router, Subnet Subnet) Resolve(Cloud cloud, string router, string subnet, string? project) =>
        (cloud.Routers[Planner.Resolve(cloud, ResourceKind.Router, router, project)], cloud.Subnets[Planner.Resolve(cloud, ResourceKind.Subnet, subnet, project)]);

    private static IEnumerable<Port> PortsOf(Cloud cloud, Router router) => cloud.Ports.Values
        .Where(p => p.DeviceOwner == DeviceOwners.RouterInterface && p.DeviceId == router.Id).OrderBy(p => p.AttachIndex).ThenBy(p => p.Id, StringComparer.Ordinal);

    private static InventoryRuleException Broken(Router router, string rule) => new([new RuleViolation($"router {router.Name}", "interfaces", rule)]);
}
