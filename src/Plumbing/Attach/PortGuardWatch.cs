using System.ComponentModel;
using System.Text;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Attach;

/// <summary>Reads from the kernel whether a port is guarded, without listing those of all others.</summary>
internal sealed class PortGuardWatch(string stateDirectory, ProcessRunner runner)
{
    private static readonly HashSet<string> NoBridges = [];
    private readonly string _table = PortGuardRuleset.TableOf(stateDirectory);

    /// <summary>Reads it.</summary>
    public async Task<GuardState> ReadAsync(WantedPort port, CancellationToken cancellationToken)
    {
        if (port.Trust == PortTrust.Infrastructure) return new GuardState(IsGuarded: false, IsOff: true, "a port of the cloud's own");
        var wanted = PortGuardElements.Of(NoBridges, [port]);
        if (Broken() is { } broken) return new GuardState(false, false, broken);

        var asked = new StringBuilder();
        foreach (var element in wanted.All) asked.Append($"get element bridge {_table} {GuardElement.NameOf(element.Element.Set)} {{ {element.Key} }}\n");
        var found = await runner.TryRunAsync(new ProcessCall("reading the port guard", "nft", ["-f", "-"], asked.ToString()), cancellationToken);
        if (found.ExitCode != 0 || !found.Output.Contains(wanted[GuardSet.PortDevices].Single(), StringComparison.Ordinal))
            return new GuardState(false, false, "the agent has not taken in what the inventory says of it; until then its device is shut off or held to what was said before");
        return port.Trust == PortTrust.Unguarded
            ? new GuardState(IsGuarded: false, IsOff: true, "its port security is off")
            : new GuardState(IsGuarded: true, IsOff: false, $"table bridge {_table} holds it to its own MAC and addresses");
    }

    // Only root may read rules, and not in every container.
    private string? Broken()
    {
        try
        {
            return PortGuardTable.Look(stateDirectory) switch
            {
                { IsThere: false } => $"there is no table bridge {_table}: 'firstlight standalone' or 'firstlight host-agent' makes it, and must run with this state path ({stateDirectory})",
                { IsAsMade: false } => $"the rules of table bridge {_table} are not as they were made; the agent's next turn puts them back",
                _ => null,
            };
        }
        catch (Win32Exception e)
        {
            return $"the rules of table bridge {_table} cannot be read: {e.Message}";
        }
    }
}
