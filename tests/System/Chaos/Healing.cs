using Firstlight.Lab;

namespace Firstlight.System.Tests.Chaos;

/// <summary>Looks whether what was broken is whole again: all stands as before, leases are given, and guests are served.</summary>
/// <param name="host">The host.</param>
/// <param name="askers">All guests' questions.</param>
/// <param name="leases">Asks DHCP.</param>
/// <param name="standing">What stood of each part before anything was broken.</param>
/// <param name="clock">Time of the run.</param>
internal sealed class Healing(ServedHost host, IReadOnlyList<Asker> askers, LeaseProbe leases, IReadOnlyDictionary<Part, string> standing, Func<TimeSpan> clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);

    /// <summary>Says what is still wrong; empty when nothing is.</summary>
    public async Task<string> MissingAsync(Break broken)
    {
        // What is cheap to ask comes first: looking costs the machine more than healing does.
        if (broken.StopsAgent && !await host.IsReadyAsync()) return "    the agent is not ready";
        if (await UnservedAsync(broken, broken.Clock ?? broken.Began) is { Length: > 0 } early) return early;
        foreach (var part in broken.Harms.SelectMany(h => h.Parts).Distinct())
        {
            var found = await Standing.ReadAsync(part);
            if (found != standing[part]) return $"    {part.Name} is not as it was:\n{Standing.Difference(standing[part], found)}";
        }

        var stood = clock();
        foreach (var part in broken.Harms.SelectMany(h => h.Parts).OfType<NetworkPart>().Distinct())
        {
            if (part.Dhcp is null || !host.Guests.Any(g => g.Network.Id == part.Network.Id)) continue;
            var guest = host.Guests.First(g => g.Network.Id == part.Network.Id);
            if (IsLeased(guest) && await leases.AskAsync(guest) is { } refused) return $"    {refused}";
        }

        return await UnservedAsync(broken, stood);
    }

    private async Task<string> UnservedAsync(Break broken, TimeSpan since)
    {
        var concerned = askers.Where(a => broken.Concerns(a.Way)).ToList();
        while (concerned.Exists(a => !a.WasServedAfter(since)))
        {
            if (clock() - since > LongestAnswer) return string.Join('\n', concerned.Where(a => !a.WasServedAfter(since)).Select(a => $"    {a.Name} is not served; last: {a.LastFailure}"));
            await Task.Delay(Look);
        }

        return "";
    }

    private bool IsLeased(Guest guest) => guest.HasV4 || guest.Cloud.Subnets[guest.Ports[0].FixedIps[0].SubnetId].Ipv6AddressMode == Inventory.Own.Model.Ipv6Mode.Dhcpv6Stateful;
}
