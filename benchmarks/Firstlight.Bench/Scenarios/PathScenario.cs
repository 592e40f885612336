using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>What a booting guest does: one GET of <c>meta_data.json</c> on a new connection, over and over; and the same on connections that stay open.</summary>
internal sealed class PathScenario : Scenario<LoadResult>
{
    public override string Name => "path";

    public override string What => "a guest's request through a listener in its namespace, beside nginx and haproxy";

    public override (double Full, double Quick) Minutes => (5, 0.6);

    public override IReadOnlyList<string> Peers => ["firstlight", "nginx", "haproxy"];

    public override IEnumerable<(string Name, string[] Version)> Programs => [("haproxy", ["haproxy", "-v"]), ("nginx", ["nginx", "-v"])];

    protected override async Task<LoadResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = RunDirectory.Make(undo);
        var network = new GuestNetwork();
        network.RemoveAtEnd(undo);

        Console.WriteLine("[1/3] servers, in one namespace, on processor 0");
        var (all, document) = await PathPeers.StartAsync(options, directory, network, undo, cancellationToken);
        var peers = options.Peers.Select(n => all[n]).ToArray();

        Console.WriteLine($"[2/3] warming up: {options.WarmUpSeconds} s each");
        var ways = Ways(options, network);
        foreach (var peer in peers) await ways[0].Ask(peer, cancellationToken);

        Console.WriteLine($"[3/3] {options.Rounds} rounds of {options.Seconds} s each, load on processor 1");
        var measures = await Turns.MeasureAsync(options.Rounds, host, peers, ways[1..], cancellationToken);
        return new(Name, DateTimeOffset.UtcNow, host, new(options.Rounds, options.Seconds, options.WarmUpSeconds, BenchOptions.Connections, document.Length), measures);
    }

    protected override string Table(LoadResult result) => PathTable.Render(result);

    protected override IEnumerable<Plot> Plots(LoadResult result) => PathTable.Plots(result);

    protected override IEnumerable<Figure> Figures(LoadResult result) => PathTable.Figures(result);

    // The first is for warming up.
    private static Asking<Peer>[] Ways(BenchOptions options, GuestNetwork network) =>
    [
        new("warm-up", "", (peer, token) => Wrk.RunAsync(network.GuestNamespace, peer.Url, options.WarmUpSeconds, token)),
        new("closed", $"{BenchOptions.Connections} requests at a time, each on a new connection.", (peer, token) => Wrk.RunAsync(network.GuestNamespace, peer.Url, options.Seconds, token)),
        new("kept", $"{BenchOptions.Connections} connections that stay open, request after request.", (peer, token) => Wrk.KeptAsync(network.GuestNamespace, peer.Url, options.Seconds, token)),
    ];
}
