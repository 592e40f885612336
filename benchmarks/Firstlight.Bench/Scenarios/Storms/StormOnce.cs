using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Storms;

/// <summary>A guest that asks one thing as fast as it can on many connections while others boot.</summary>
/// <param name="Namespace">Number of its namespace.</param>
/// <param name="Address">Its address.</param>
/// <param name="Connections">How many it keeps busy.</param>
internal sealed record Hammer(int Namespace, IPAddress Address, int Connections);

/// <summary>One storm of guests that boot at once.</summary>
internal static class StormOnce
{
    /// <summary>What cloud-init waits for an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="service">What the guests ask.</param>
    /// <param name="place">The guests.</param>
    /// <param name="hammer">One that disturbs them; null for none.</param>
    /// <param name="cpu">Processor time of the server so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StormRound> RunAsync(IPEndPoint service, Place place, Hammer? hammer, Func<CpuTime> cpu, CancellationToken cancellationToken)
    {
        var boots = place.Guests.Select(g => new Boot(g.Namespace, g.Guest)).ToArray();
        var left = boots.Length;
        foreach (var boot in boots) boot.Booted += () => left--;
        var hammering = hammer is null ? [] : Hammering(hammer, () => left == 0);
        var before = cpu();
        var crowd = new Crowd(place.Namespaces, service, Patience);
        // The one that hammers is there before the others come.
        await crowd.RunAsync([.. hammering, .. boots], cancellationToken);
        var used = cpu() - before;
        var requests = boots.Length * NewConnections.Boot.Count;
        return new(
            requests, boots.Sum(b => b.Failures.Count), boots.SelectMany(b => b.Failures).GroupBy(f => f).ToDictionary(g => g.Key, g => g.Count()),
            (boots.Max(b => b.Ended) - boots.Min(b => b.Began)).TotalSeconds,
            Percentiles.Of(boots.SelectMany(b => b.RequestMs)), Percentiles.Of(boots.Select(b => (b.Ended - b.Began).TotalMilliseconds)),
            used.Total / (requests + hammering.Sum(h => h.RequestMs.Count)),
            hammer is null ? null : new(hammering.Sum(h => h.RequestMs.Count), hammering.Sum(h => h.PutOff), hammering.Sum(h => h.Failed)));
    }

    private static Steady[] Hammering(Hammer hammer, Func<bool> isOver)
    {
        var rota = new Rota([(hammer.Namespace, hammer.Address)]);
        return [.. Enumerable.Range(0, hammer.Connections).Select(_ => new Steady(rota, "/openstack/latest/meta_data.json", isOver))];
    }
}
