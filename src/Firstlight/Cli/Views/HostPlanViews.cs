using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Cli.Views;

/// <summary>What would be done about one network, router, or the guard of ports, as it is shown.</summary>
/// <param name="Kind"><c>network</c>, <c>router</c> or <c>ports</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; null for one the inventory no longer has, and for the guard.</param>
/// <param name="Action"><c>make</c>, <c>change</c>, <c>remove</c> or <c>adopt</c>.</param>
/// <param name="Changes">Each step.</param>
/// <param name="Problem">Why it would fail; null when it would not.</param>
internal sealed record UnitPlanView(string Kind, string Id, string? Name, string Action, IReadOnlyList<string> Changes, string? Problem);

/// <summary>What <c>--once</c> would do, as it is shown.</summary>
internal sealed record HostPlanView(long Revision, int Made, int Changed, int Removed, int Adopted, IReadOnlyList<UnitPlanView> Units);

/// <summary>From the plumber's plan to what is shown.</summary>
internal static class HostPlanViews
{
    /// <summary>The view.</summary>
    /// <param name="stored">The inventory as it is.</param>
    /// <param name="planned">The inventory with DHCP ports that are still to be allotted.</param>
    /// <param name="plan">The plan for the latter.</param>
    public static HostPlanView Of(Cloud stored, Cloud planned, PlanReport plan)
    {
        // Ids that were made up for the plan will be others.
        string[] madeUp = [.. planned.Ports.Keys.Where(id => !stored.Ports.ContainsKey(id)).Select(id => DeviceNames.HostEnd(id)[3..])];
        UnitPlanView[] units = [.. plan.Units.Select(u => Of(planned, u, madeUp))];
        return new HostPlanView(stored.Revision, Count(UnitAction.Make), Count(UnitAction.Change), Count(UnitAction.Remove), Count(UnitAction.Adopt), units);

        int Count(UnitAction action) => plan.Units.Count(u => u.Action == action);
    }

    private static UnitPlanView Of(Cloud cloud, UnitPlan plan, string[] madeUp) => new(
        plan.Unit.ToString().Split(':')[0],
        plan.Unit.Id,
        plan.Unit.Kind switch
        {
            UnitKind.Network => cloud.Networks.GetValueOrDefault(plan.Unit.Id)?.Name,
            UnitKind.Router => cloud.Routers.GetValueOrDefault(plan.Unit.Id)?.Name,
            _ => null,
        },
        plan.Action.ToString().ToLowerInvariant(),
        [.. plan.Changes.Select(line => madeUp.Aggregate(line, (text, id) => text.Replace(id, "…", StringComparison.Ordinal)))],
        plan.Problem);
}
