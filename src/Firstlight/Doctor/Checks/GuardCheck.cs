using Firstlight.Cli.Views;
using Firstlight.Host;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Look;

namespace Firstlight.Doctor.Checks;

/// <summary>The rules that hold each guest to its own addresses: they let this one send from its own, and nobody else.</summary>
internal sealed class GuardCheck(OwnCase on) : ICheck
{
    private const string Restore = "start the host agent; a running one mends its table, and says in its log why a port is left out";
    private const string Open = "nothing keeps another guest of the network from taking this one's address and reading its metadata";

    public string Hop => Hops.Guard;

    public IReadOnlyList<string> Needs => [Hops.Guest];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var table = HostLook.GuardTable(on.Settings.StatePath);
        if (await on.Host.RulesAsync(networkNamespace: null, table, cancellationToken) is not { } rules)
            return Finding.Wrong(Hop, $"there is no table {table}", Open, Restore);
        var device = DeviceNames.HostEnd(on.Port.Id);
        if (rules.Contains($"\"{device}\" : accept", StringComparison.Ordinal)) return Finding.Right(Hop, $"{device} may send whatever it likes, on purpose");
        if (!rules.Contains($"\"{device}\" : goto", StringComparison.Ordinal))
            return Finding.Wrong(Hop, $"{device} is not in table {table}", "a guest's device that the guard does not know is shut off", Restore);

        var missing = on.Port.FixedIps.Select(f => f.Address).FirstOrDefault(a => !Lets(rules, $"\"{device}\" . {CloudViews.MacText(on.Port.Mac)} . {a}"));
        if (missing is not null) return Finding.Wrong(Hop, $"table {table} does not let {device} use {missing}", "what the guest sends from its address is dropped", Restore);
        var state = await new GuestAttachment(on.Settings.StatePath, TimeProvider.System).GuardAsync(GuestPorts.Of(on.Port), cancellationToken);
        return state.IsGuarded || state.IsOff ? Finding.Right(Hop, $"{device} is held to its own addresses") : Finding.Wrong(Hop, state.Reason, Open, Restore);
    }

    // An element ends where the next begins, or the set.
    private static bool Lets(string rules, string element) =>
        rules.Contains(element + ",", StringComparison.Ordinal) || rules.Contains(element + " ", StringComparison.Ordinal);
}
