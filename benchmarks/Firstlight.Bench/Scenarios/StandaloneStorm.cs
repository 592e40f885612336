using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>Guests that boot at once on our own inventory. Each repetition is asked of a program that has just started.</summary>
internal static class StandaloneStorm
{
    private const int Repetitions = 3;

    public static async Task<StormResult> RunAsync(BenchOptions options, int guests, CancellationToken cancellationToken)
    {
        var counts = new List<StormCount>();
        for (var i = 0; i < Repetitions; i++)
        {
            await using var undo = new Undo();
            var directory = RunDirectory.Make(undo);
            var network = new GuestNetwork { Guests = guests };
            network.RemoveAtEnd(undo);
            var ours = await FirstlightPeer.StartAsync(options, directory, [network], undo, cancellationToken);
            await network.PlugGuestAsync(cancellationToken);
            // The first guest shows that the way is open; the storm is of the others.
            await ours.DocumentAsync(network, cancellationToken);
            counts.Add(await BootStorm.RunAsync(
                network.GuestNamespaceFile, new IPEndPoint(IPAddress.Parse(GuestNetwork.MetadataAddress), 80), network.Booting, cancellationToken));
        }

        return new("standalone", "`firstlight standalone` on its own inventory, just started", counts);
    }
}
