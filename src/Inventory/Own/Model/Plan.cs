using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>Kinds of things the inventory holds, in the order a plan lists them.</summary>
public enum ResourceKind
{
    /// <summary>Project.</summary>
    Project,

    /// <summary>Network.</summary>
    Network,

    /// <summary>Subnet.</summary>
    Subnet,

    /// <summary>Router.</summary>
    Router,

    /// <summary>Key pair.</summary>
    KeyPair,

    /// <summary>Server.</summary>
    Server,

    /// <summary>Port.</summary>
    Port,

    /// <summary>Floating address.</summary>
    FloatingIp,
}

/// <summary>What a plan does to one thing.</summary>
public enum PlanAction
{
    /// <summary>It is as wanted.</summary>
    Unchanged,

    /// <summary>It comes into being.</summary>
    Created,

    /// <summary>It exists and differs.</summary>
    Changed,

    /// <summary>It goes.</summary>
    Deleted,
}

/// <summary>One line of a plan.</summary>
/// <param name="Action">What happens.</param>
/// <param name="Kind">To what kind of thing.</param>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id.</param>
/// <param name="ChangedFields">Names of the fields that differ, for <see cref="PlanAction.Changed"/>.</param>
public sealed record PlanItem(PlanAction Action, ResourceKind Kind, string Name, string Id, ImmutableArray<string> ChangedFields);

/// <summary>A cloud as it will be, and what leads there.</summary>
/// <param name="Next">The cloud after the plan.</param>
/// <param name="Items">One line a thing touched by the spec.</param>
public sealed record Plan(Cloud Next, ImmutableArray<PlanItem> Items)
{
    /// <summary>Whether anything changes.</summary>
    public bool HasChanges => Items.Any(i => i.Action != PlanAction.Unchanged);
}
