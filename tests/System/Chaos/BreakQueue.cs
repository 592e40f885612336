namespace Firstlight.System.Tests.Chaos;

/// <summary>What shall be broken next, drawn from a seed. What cannot be broken now waits, so that the same seed tells the same story.</summary>
/// <param name="parts">All parts of the host.</param>
/// <param name="addresses">Addresses of the DHCP device of each network, with their prefix lengths.</param>
/// <param name="whole">What is done to the host as a whole.</param>
/// <param name="random">The seed's numbers.</param>
/// <param name="only">Words of which one must be in the text of a break; null for all. For a person who looks for one fault.</param>
internal sealed class BreakQueue(
    IReadOnlyList<Part> parts, IReadOnlyDictionary<NetworkPart, IReadOnlyList<string>> addresses, HostHarms whole, Random random, IReadOnlyList<string>? only)
{
    private const double AgentKilled = 0.10;
    private const double HostHarmed = 0.15;
    private const double SeveralHarms = 0.20;
    private const int MostHarms = 3;
    private const int MostWaiting = 20;

    private readonly List<Part> _parts = [.. parts.Where(p => p is NetworkPart), .. parts.Where(p => p is RouterPart), .. parts.Where(p => p is RouterPart)];
    private readonly List<Break> _waiting = [];
    private int _number;

    /// <summary>The first that may be made now; null when none of the next ones may.</summary>
    public Break? Take(Func<Break, bool> mayBegin)
    {
        while (_waiting.Count < MostWaiting) _waiting.Add(Draw());
        var next = _waiting.Find(b => mayBegin(b));
        if (next is not null) _waiting.Remove(next);
        return next;
    }

    private Break Draw()
    {
        for (var tries = 0; ; tries++)
        {
            var (harms, stopsAgent) = DrawHarms();
            var drawn = new Break(_number, harms, stopsAgent);
            if (only is not null && tries < 10_000 && !only.Any(word => drawn.Text.Contains(word, StringComparison.OrdinalIgnoreCase))) continue;
            _number++;
            return drawn;
        }
    }

    private (IReadOnlyList<Harm> Harms, bool StopsAgent) DrawHarms()
    {
        var roll = random.NextDouble();
        if (roll < AgentKilled) return ([whole.AgentKilled([.. Enumerable.Range(0, random.Next(MostHarms + 1)).Select(_ => One(Any(_parts)))])], true);
        if (roll < AgentKilled + HostHarmed) return ([Any(whole.Of(random))], false);
        var part = Any(_parts);
        if (roll < AgentKilled + HostHarmed + SeveralHarms) return ([.. Enumerable.Range(0, 2 + random.Next(MostHarms - 1)).Select(_ => One(part))], false);
        return ([One(part)], false);
    }

    private Harm One(Part part) => Any(part switch
    {
        NetworkPart network => NetworkHarms.Of(network, addresses.GetValueOrDefault(network) ?? [], random),
        RouterPart router => RouterHarms.Of(router, random),
        _ => throw new ArgumentException($"nothing can be done to {part}", nameof(part)),
    });

    private T Any<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];
}
