using Firstlight.Cli.Views;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Look;

namespace Firstlight.Doctor.Checks;

/// <summary>The rules that hold a guest to its own addresses, where this host has them.</summary>
internal sealed class GuardCheck(OwnCase on) : ICheck
{
    private const string Restore = "start the host agent; a running one mends its table, and says in its log why a port is left out";

    public string Hop => Hops.Guard;

    public IReadOnlyList<string> Needs => [Hops.Guest];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var table = HostLook.GuardTable(on.Settings.StatePath);
        if (await on.Host.RulesAsync(networkNamespace: null, table, cancellationToken) is not { } rules)
            return Finding.NotLookedAt(Hop, "this host has no table that guards its ports against spoofing");
        var device = DeviceNames.HostEnd(on.Port.Id);
        if (rules.Contains($"\"{device}\" : accept", StringComparison.Ordinal)) return Finding.Right(Hop, $"{device} may send whatever it likes, on purpose");
        if (!rules.Contains($"\"{device}\" : goto", StringComparison.Ordinal))
            return Finding.Wrong(Hop, $"{device} is not in table {table}", "a guest's device that the guard does not know is shut off", Restore);

        var missing = on.Port.FixedIps.Select(f => f.Address).FirstOrDefault(a => !Lets(rules, $"\"{device}\" . {CloudViews.MacText(on.Port.Mac)} . {a}"));
        return missing is null
            ? Finding.Right(Hop, $"{device} is held to its own addresses")
            : Finding.Wrong(Hop, $"table {table} does not let {device} use {missing}", "what the guest sends from its address is dropped", Restore);
    }

    // An element ends where the next begins, or the set.
    private static bool Lets(string rules, string element) =>
        rules.Contains(element + ",", StringComparison.Ordinal) || rules.Contains(element + " ", StringComparison.Ordinal);
}
