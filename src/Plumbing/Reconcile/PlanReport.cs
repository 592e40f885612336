using System.Collections.Immutable;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What would be done about a network or router.</summary>
public enum UnitAction
{
    /// <summary>Nothing: it is as wanted, and taken over as it is.</summary>
    Adopt,

    /// <summary>It is made; nothing of it is ours yet.</summary>
    Make,

    /// <summary>Some of it is made or changed.</summary>
    Change,

    /// <summary>It is taken away.</summary>
    Remove,
}

/// <summary>What would be done about one network or router.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Action">What.</param>
/// <param name="Changes">Each step, a line.</param>
/// <param name="Problem">Why it would fail, as far as that shows; null when it would not.</param>
public sealed record UnitPlan(Unit Unit, UnitAction Action, ImmutableArray<string> Changes, string? Problem);

/// <summary>What a turn would do.</summary>
/// <param name="Units">A line for each network and router wanted or to be removed, and the guard of ports.</param>
public sealed record PlanReport(ImmutableArray<UnitPlan> Units)
{
    /// <summary>Whether there is anything to do, or anything that would fail.</summary>
    public bool IsInOrder => Units.All(u => u.Action == UnitAction.Adopt && u.Problem is null);
}
