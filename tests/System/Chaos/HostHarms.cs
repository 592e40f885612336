using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What can be done to the host as a whole: to the agent, to the guard of all ports, to the store.</summary>
/// <param name="host">The host.</param>
/// <param name="guard">The guard of all ports.</param>
internal sealed class HostHarms(ServedHost host, GuardPart guard)
{
    private static readonly TimeSpan StoreHeld = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AgentHeld = TimeSpan.FromMilliseconds(800);

    /// <summary>The agent killed, and started again after the pause that its unit has; what else happens meanwhile nobody notices before.</summary>
    public Harm AgentKilled(IReadOnlyList<Harm> meanwhile) => new(
        meanwhile.Count == 0 ? "agent killed" : $"agent killed, meanwhile {string.Join(", ", meanwhile.Select(h => h.Text))}", [guard, .. meanwhile.SelectMany(h => h.Parts)], _ => true, async () =>
        {
            await host.KillAsync();
            foreach (var harm in meanwhile) await harm.DoAsync();
            await Task.Delay(Unit.RestartPause);
            host.Start();
        });

    /// <summary>All but kills of the agent.</summary>
    public IReadOnlyList<Harm> Of(Random random)
    {
        var addresses = random.Next(2) == 0 ? "guest_ip4" : "guest_ip6";
        return
        [
            Guard("guard deleted", Harm.Nobody, "delete", "table", "bridge", guard.Table),
            Guard("guard's rules flushed", Harm.Nobody, "flush", "table", "bridge", guard.Table),
            Guard("guard's devices flushed", Harm.Nobody, "flush", "map", "bridge", guard.Table, "port_devices"),

            // What a guest may send from, and who is known to stand in a bridge: without, guests are shut off.
            Guard($"guard's {addresses} flushed", _ => true, "flush", "set", "bridge", guard.Table, addresses),
            Guard("guard's carried devices flushed", _ => true, "flush", "set", "bridge", guard.Table, "carried_devices"),
            new Harm("agent held up for a moment", [guard], _ => true, HoldAgentAsync),
            new Harm("store locked for a moment", [guard], Harm.Nobody, HoldStoreAsync),
            new Harm("a network comes and goes", [guard], Harm.Nobody, () => PassAsync(random.Next())),
        ];
    }

    private Harm Guard(string text, Func<AskedWay, bool> concerns, params string[] arguments) => Harm.By(text, guard, concerns, "nft", arguments);

    private async Task HoldAgentAsync()
    {
        if (host.Pid is not { } pid) return;
        await Run.ProgramAsync("kill", "-STOP", $"{pid}");
        await Task.Delay(AgentHeld);
        await Run.ProgramAsync("kill", "-CONT", $"{pid}");
    }

    private async Task HoldStoreAsync()
    {
        using var held = HeldStore.Take(host.State.InventoryFile);
        await Task.Delay(StoreHeld);
    }

    private async Task PassAsync(int number)
    {
        var name = $"passing-{number}";
        var spec = CloudFile.Parse($"networks: [{{name: {name}, project: aurora, subnets: [{{name: {name}-v4, cidr: 10.0.0.0/24, gateway: none}}]}}]", host.State.Directory);
        host.Change(cloud => Planner.Apply(cloud, spec).Next);
        await Task.Delay(StoreHeld);
        host.Change(cloud => Planner.Delete(cloud, ResourceKind.Network, name, project: null).Next);
    }
}
