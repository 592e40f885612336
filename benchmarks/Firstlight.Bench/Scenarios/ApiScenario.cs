using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>Signed requests to the metadata API as agents make them: ours, the real one on the same database, and nginx with the same bytes as the floor.</summary>
internal sealed class ApiScenario : Scenario<LoadResult>
{
    // As an agent keeps them. The real service forgets an instance after 15 s, and then reads it anew for each that waits: with more at a time a short round
    // would be nothing else.
    private const int Kept = 8;

    public override string Name => "api";

    public override string What => "signed requests to metadata-api, beside nova-api-metadata and nginx";

    public override (double Full, double Quick) Minutes => (5, 1);

    public override IReadOnlyList<string> Peers => ["firstlight", "nginx", "nova"];

    public override IEnumerable<(string Name, string[] Version)> Programs =>
        [("nova-api", ["dpkg-query", "-W", "-f", "${Version}", "nova-api"]), ("mariadb", ["mariadbd", "--version"]), ("nginx", ["nginx", "-v"])];

    protected override async Task<LoadResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = RunDirectory.Make(undo);
        Console.WriteLine("[1/3] a database, and servers on processor 0");
        var cloud = await NovaCloud.StartAsync(options.Root, directory, copies: 8, undo, cancellationToken);
        var guest = cloud.Fresh(1)[0];
        var ours = await MetadataServicePeer.StartOursAsync(options.Root, directory, cloud, undo, cancellationToken);
        var document = NewConnections.Get(ours.EndPoint, guest, "/openstack/latest/meta_data.json").Body;
        var peers = new List<Peer>();
        foreach (var name in options.Peers)
        {
            peers.Add(name switch
            {
                "nginx" => await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, undo, cancellationToken),
                "nova" => await MetadataServicePeer.StartNovaAsync(directory, cloud, undo, cancellationToken),
                _ => ours,
            });
        }

        Console.WriteLine($"[2/3] warming up: {options.WarmUpSeconds} s each");
        foreach (var peer in peers) await ClosedAsync(peer, guest, options.WarmUpSeconds, cancellationToken);
        Console.WriteLine($"[3/3] {options.Rounds} rounds of {options.Seconds} s each, load on processor 1");
        var measures = await Turns.MeasureAsync(options.Rounds, host, peers, Ways(options, guest), cancellationToken);
        return new(Name, DateTimeOffset.UtcNow, host, new(options.Rounds, options.Seconds, options.WarmUpSeconds, BenchOptions.Connections, document.Length), measures);
    }

    protected override string Table(LoadResult result) => ApiTable.Render(result);

    protected override IEnumerable<Plot> Plots(LoadResult result) => ApiTable.Plots(result);

    protected override IEnumerable<Figure> Figures(LoadResult result) => ApiTable.Figures(result);

    private static Asking<Peer>[] Ways(BenchOptions options, SignedGuest guest) =>
    [
        new("kept", $"{Kept} connections that stay open, as an agent keeps them.", (peer, token) => Wrk.AskAsync(Kept, guest.Headers, peer.Url, options.Seconds, token)),
        new("closed", $"{BenchOptions.Connections} requests at a time, each on a new connection; of the real service {Kept}.", (peer, token) => ClosedAsync(peer, guest, options.Seconds, token)),
    ];

    private static Task<WrkResult> ClosedAsync(Peer peer, SignedGuest guest, int seconds, CancellationToken cancellationToken) => Wrk.AskAsync(
        peer.Name == "nova" ? Kept : BenchOptions.Connections, ["Connection: close", .. guest.Headers], peer.Url, seconds, cancellationToken);
}
