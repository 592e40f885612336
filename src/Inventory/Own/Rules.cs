using System.Collections.Immutable;
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
    /// <summary>Finds all broken rules of <paramref name="after"/>, and what may not change from <paramref name="before"/>.</summary>
    public static ImmutableArray<Finding> Check(Cloud before, Cloud after)
    {
        var report = new Report(before, after);
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
