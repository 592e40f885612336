using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>A broken rule and the thing it is about, so that a plan can say where that thing was written.</summary>
/// <param name="Kind">Kind of thing.</param>
/// <param name="Id">Its id (a key pair's: <c>project/name</c>).</param>
/// <param name="Violation">What is wrong.</param>
internal readonly record struct Finding(ResourceKind Kind, string Id, RuleViolation Violation);

/// <summary>Every rule a cloud keeps, checked before anything is written. The schema repeats only those it can.</summary>
internal static class Rules
{
    // Plans are checked when they are made, so that a mistake is told with its line, and once more when they are stored: the same two clouds need it once.
    private static readonly ConditionalWeakTable<Cloud, Cloud> Sound = [];

    /// <summary>Finds all broken rules of <paramref name="after"/>, and what may not change from <paramref name="before"/>, which breaks none.</summary>
    public static ImmutableArray<Finding> Check(Cloud before, Cloud after)
    {
        if (Sound.TryGetValue(after, out var known) && ReferenceEquals(known, before)) return [];
        var findings = Check(before, after, Affected.By(before, after));
        if (findings.IsEmpty) Sound.AddOrUpdate(after, before);
        return findings;
    }

    /// <summary>The same, whatever <paramref name="before"/> was like, by looking at everything.</summary>
    public static ImmutableArray<Finding> CheckAll(Cloud before, Cloud after) => Check(before, after, after);

    private static ImmutableArray<Finding> Check(Cloud before, Cloud after, Cloud concerned)
    {
        var report = new Report(before, after, concerned);
        ProjectChecks.Run(report);
        NetworkChecks.Run(report);
        SubnetChecks.Run(report);
        RouterChecks.Run(report);
        GatewayChecks.Run(report);
        KeyPairChecks.Run(report);
        ServerChecks.Run(report);
        PortChecks.Run(report);
        AddressChecks.Run(report);
        FloatingIpChecks.Run(report);
        return report.Findings();
    }
}
