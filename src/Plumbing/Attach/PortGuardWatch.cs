using System.ComponentModel;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;

namespace Firstlight.Plumbing.Attach;

/// <summary>Reads from the kernel whether a port is guarded. No program is run.</summary>
internal sealed class PortGuardWatch(string stateDirectory)
{
    private const string Late = ": the agent has not taken in what the inventory says of it; until then its device is shut off or held to what was said before";
    private static readonly HashSet<string> NoBridges = [];
    private readonly string _table = PortGuardRuleset.TableOf(stateDirectory);

    /// <summary>Reads it.</summary>
    public GuardState Read(WantedPort port)
    {
        if (port.Trust == PortTrust.Infrastructure) return new GuardState(IsGuarded: false, IsOff: true, "a port of the cloud's own");
        try
        {
            var present = PortGuardTable.Look(stateDirectory, out var isThere);
            if (!isThere) return Wrong(GuardFlaw.Rules, $"there is no table bridge {_table}: 'firstlight standalone' or 'firstlight host-agent' makes it, and must run with this state path ({stateDirectory})");
            return present is null ? Wrong(GuardFlaw.Rules, $"the rules of table bridge {_table} are not as they were made; the agent's next turn puts them back") : Judge(port, present);
        }
        catch (Win32Exception e)
        {
            // Only root may read rules, and not in every container.
            return Wrong(GuardFlaw.Rules, $"the rules of table bridge {_table} cannot be read: {e.Message}");
        }
    }

    private GuardState Judge(WantedPort port, PortGuardElements present)
    {
        var device = DeviceNames.HostEnd(port.Id);
        var found = present.Of(device);
        var wanted = PortGuardElements.Of(NoBridges, [port]).Of(device);
        GuardElement[] missing = [.. wanted.Except(found)];
        if (missing.Any(e => e.Set == GuardSet.PortDevices)) return Wrong(GuardFlaw.Device, $"{device} is not in table bridge {_table} as the port's{Late}");
        if (missing is [var first, ..]) return Wrong(GuardFlaw.Addresses, $"table bridge {_table} does not let {device} use {first.Lets}{Late}");
        return port.Trust == PortTrust.Unguarded
            ? new GuardState(IsGuarded: false, IsOff: true, "its port security is off")
            : new GuardState(IsGuarded: true, IsOff: false, $"table bridge {_table} holds it to its own MAC and addresses");
    }

    private static GuardState Wrong(GuardFlaw flaw, string reason) => new(IsGuarded: false, IsOff: false, reason, flaw);
}
