using Firstlight.Agent.Forward;
using Firstlight.Inventory;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Doctor;

/// <summary>Walks the hops in order. A hop is looked at when every hop it needs is passable.</summary>
internal static class Examination
{
    /// <summary>Looks at all of them.</summary>
    /// <returns>A finding for each check, in order, as soon as it is made.</returns>
    public static async IAsyncEnumerable<Finding> WalkAsync(
        IEnumerable<ICheck> checks, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Finding>(StringComparer.Ordinal);
        foreach (var check in checks)
        {
            var blocked = check.Needs.FirstOrDefault(need => found.TryGetValue(need, out var before) && !before.IsPassable);
            var finding = blocked is null ? await LookAsync(check, cancellationToken) : Finding.NotLookedAt(check.Hop, $"hangs on {blocked}");
            found[check.Hop] = finding;
            yield return finding;
        }
    }

    private static async Task<Finding> LookAsync(ICheck check, CancellationToken cancellationToken)
    {
        try
        {
            return await check.LookAsync(cancellationToken);
        }
        catch (Exception e) when (e is ProcessFailedException or IOException or UnauthorizedAccessException or InventoryUnavailableException or UpstreamUnavailableException or TimeoutException)
        {
            return Finding.Wrong(check.Hop, "could not be looked at", e.Message.ReplaceLineEndings(" "), "mend that first, then ask again");
        }
    }
}
