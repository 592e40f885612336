using System.Globalization;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Storms;

/// <summary>Storms on <c>firstlight standalone</c>, one process for many networks. Each is asked of a program that has just started.</summary>
internal static class OwnStorms
{
    /// <summary>Guests of a network; a listener takes 1,024 connections.</summary>
    public const int GuestsOfNetwork = 100;

    public const int HammerConnections = 256;
    private static readonly IPEndPoint Service = new(IPAddress.Parse(GuestNetwork.MetadataAddress), 80);

    /// <summary>All storms, in rounds: every kind once in each.</summary>
    /// <param name="options">How many rounds.</param>
    /// <param name="host">The machine.</param>
    /// <param name="sizes">How many guests boot at once; the first is disturbed as well.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Storm>> RunAsync(BenchOptions options, Host host, IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        NeighbourTable.Raise(undo);
        var directory = RunDirectory.Make(undo);
        // The last network is the hammering guest's.
        var networks = Enumerable.Range(0, Networks(sizes.Max()) + 1).Select(n => new GuestNetwork(n) { Guests = GuestsOfNetwork }).ToArray();
        GuestNetwork.RemoveGuestsAtEnd(networks, undo);
        var peer = await FirstlightPeer.StartAsync(options, directory, networks, undo, cancellationToken);
        await GuestNetwork.PlugAsync(networks, cancellationToken);

        var kinds = Kinds(sizes, networks.Length - 1).ToArray();
        var rounds = kinds.ToDictionary(k => k, _ => new List<StormRound>());
        for (var i = 0; i < options.Rounds; i++)
        {
            for (var k = 0; k < kinds.Length; k++)
            {
                var kind = kinds[(i + k) % kinds.Length];
                await peer.RestartAsync(cancellationToken);
                // The guest that every network has shows that the way is open.
                await peer.DocumentAsync(networks[0], cancellationToken);
                var round = await StormOnce.RunAsync(Service, PlaceOf(networks, kind.Guests), kind.Hammer, () => peer.Cpu(host), cancellationToken);
                rounds[kind].Add(round);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"      {i + 1}/{options.Rounds} {kind.Way,-27} {kind.Guests,5} guests, {round.Failed} failed, all booted in {round.Seconds:F2} s, p99 of a request {round.Request.P99:F0} ms"));
            }
        }

        return [.. kinds.Select(k => new Storm(k.Way, k.Description, k.Guests, rounds[k]))];
    }

    /// <summary>Networks for so many guests.</summary>
    public static int Networks(int guests) => (guests + GuestsOfNetwork - 1) / GuestsOfNetwork;

    // Spread evenly, so that the guests of a small storm are not all behind one listener.
    private static Place PlaceOf(GuestNetwork[] networks, int guests) => new(
        [.. networks.Select(n => n.GuestNamespaceFile)],
        [.. Enumerable.Range(0, guests).Select(g => (g % (networks.Length - 1), networks[g % (networks.Length - 1)].Guest(1 + (g / (networks.Length - 1)))))]);

    private static IEnumerable<Kind> Kinds(IReadOnlyList<int> sizes, int apart)
    {
        var address = IPAddress.Parse(GuestNetwork.AddressOf(0));
        foreach (var size in sizes)
        {
            yield return new(Storm.Ways.Ours, "Firstlight, standalone", size, null);
            if (size != sizes[0]) continue;
            yield return new(Storm.Ways.Hammered, "Firstlight, one guest hammers on a network of its own", size, new(apart, address, HammerConnections));
            yield return new(Storm.Ways.HammeredWithin, "Firstlight, one guest hammers on a network of others", size, new(0, address, HammerConnections));
        }
    }

    private sealed record Kind(string Way, string Description, int Guests, Hammer? Hammer);
}
