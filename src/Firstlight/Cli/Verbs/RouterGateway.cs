using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>A router's way outside as a change of the cloud.</summary>
internal static class RouterGateway
{
    /// <summary>The cloud with the router's gateway as asked for, in place of the one it had.</summary>
    /// <exception cref="InventoryRuleException">Router or network unknown, or a rule would break.</exception>
    public static Cloud Set(Cloud cloud, string router, GatewaySpec gateway, string? project) =>
        Apply(cloud, router, project, spec => spec with { Gateway = gateway });

    /// <summary>The cloud without the router's gateway.</summary>
    /// <exception cref="InventoryRuleException">Router unknown, it has none, or a floating address needs it.</exception>
    public static Cloud Unset(Cloud cloud, string router, string? project)
    {
        var next = Apply(cloud, router, project, spec => spec with { NoGateway = true });
        return ReferenceEquals(next, cloud) ? throw new InventoryRuleException([new RuleViolation($"router {router}", "gateway", "has none")]) : next;
    }

    private static Cloud Apply(Cloud cloud, string router, string? project, Func<RouterSpec, RouterSpec> change)
    {
        var stored = cloud.Routers[Planner.Resolve(cloud, ResourceKind.Router, router, project)];
        return Planner.Apply(cloud, new CloudSpec { Routers = [change(new RouterSpec { Name = stored.Name, Id = stored.Id, Project = stored.ProjectId })] }).Next;
    }
}
