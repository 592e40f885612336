using System.Collections.Immutable;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Whether something the plumber keeps is a network or a router.</summary>
public enum UnitKind
{
    /// <summary>A network: bridge, DHCP namespace, dnsmasq.</summary>
    Network,

    /// <summary>A router: namespace, rules, router advertisements.</summary>
    Router,

    /// <summary>The guard of all ports' devices on this host; its id is the name of its table.</summary>
    PortGuard,
}

/// <summary>A network or router, each of which succeeds or fails by itself.</summary>
/// <param name="Kind">Network or router.</param>
/// <param name="Id">UUID.</param>
public readonly record struct Unit(UnitKind Kind, string Id)
{
    /// <summary>In the form <c>network:UUID</c>, which the journal uses too.</summary>
    public override string ToString() => Kind switch { UnitKind.Network => $"network:{Id}", UnitKind.Router => $"router:{Id}", _ => $"ports:{Id}" };

    internal static bool TryParse(string text, out Unit unit)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? "" : text[..colon];
        unit = new Unit(string.Equals(kind, "router", StringComparison.Ordinal) ? UnitKind.Router : UnitKind.Network, text[(colon + 1)..]);
        return kind is "network" or "router";
    }
}

/// <summary>How one network or router fared.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Changes">What was changed, a line each; empty when it was as wanted.</param>
/// <param name="Failure">One line that says what was attempted and why it failed; null on success.</param>
public sealed record UnitOutcome(Unit Unit, ImmutableArray<string> Changes, string? Failure)
{
    /// <summary>When what failed is tried again at the earliest, where the rest of the unit is as wanted; null for a unit that failed as a whole.</summary>
    internal DateTimeOffset? RetryAt { get; init; }
}

/// <summary>How a turn went.</summary>
/// <param name="Outcomes">A line for each network and router wanted or removed.</param>
public sealed record SyncReport(ImmutableArray<UnitOutcome> Outcomes)
{
    /// <summary>Those that failed.</summary>
    public IEnumerable<UnitOutcome> Failures => Outcomes.Where(o => o.Failure is not null);

    /// <summary>Whether all that was wanted stands.</summary>
    public bool Succeeded => !Failures.Any();

    /// <summary>Whether anything was changed.</summary>
    public bool Changed => Outcomes.Any(o => !o.Changes.IsEmpty);
}
