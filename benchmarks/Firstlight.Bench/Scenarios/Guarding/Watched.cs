using System.Net;
using System.Text.Json;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Storms;

namespace Firstlight.Bench.Scenarios.Guarding;

/// <summary>What the guard watches: one <c>firstlight standalone</c> with a network of guests, nginx beside it in the namespace, and Kestrel beside it on the loopback.</summary>
internal sealed class Watched
{
    /// <summary>Length of one measurement.</summary>
    public const int Seconds = 1;

    // Booting guests of a round, each of whom the program meets for the first time.
    private const int BootsOfRound = 40;
    private const int MostWarmUps = 10;

    // Of the least so far: compilers have settled.
    private const double Settled = 1.08;
    private const string Document = "/openstack/latest/meta_data.json";
    private readonly GuestNetwork _network;
    private readonly Peer _nginx;
    private readonly IReadOnlyList<Peer> _peers;
    private int _booted;

    private Watched(GuestNetwork network, FirstlightPeer ours, NginxPeer nginx, KestrelPeer kestrel, string document)
    {
        (_network, _nginx, _peers) = (network, nginx, [ours, nginx]);
        DocumentLength = document.Length;
        var guest = new SignedGuest(network.ServerId.ToString(), Project(document));
        Peer[] api = [ours, kestrel];
        Ways =
        [
            new("path closed", $"a guest's request on a new connection, {BenchOptions.Connections} at a time.", (peer, token) => Wrk.RunAsync(network.GuestNamespace, peer.Url, Seconds, token)),
            new("path kept", $"a guest's requests on {BenchOptions.Connections} connections that stay open.", (peer, token) => Wrk.KeptAsync(network.GuestNamespace, peer.Url, Seconds, token)),
            new("api closed", "a signed request to the metadata API on a new connection.", AskApi("Connection: close")) { Peers = api },
            new("api kept", "signed requests on connections that stay open.", AskApi()) { Peers = api },
            new("boot", $"{BootsOfRound} guests that boot, new to the program, {NewConnections.Boot.Count} requests each on new connections; of nginx as many requests.", BootAsync),
        ];

        Func<Peer, CancellationToken, Task<WrkResult>> AskApi(params string[] headers) =>
            (peer, token) => Wrk.AskAsync(BenchOptions.Connections, [.. headers, .. guest.Headers], peer == ours ? $"http://{ours.Api}{Document}" : peer.Url, Seconds, token);
    }

    public IReadOnlyList<Asking<Peer>> Ways { get; }

    public int DocumentLength { get; }

    public static async Task<Watched> StartAsync(BenchOptions options, Undo undo, CancellationToken cancellationToken)
    {
        var directory = RunDirectory.Make(undo);
        // For warm-up and all rounds of all tries.
        var network = new GuestNetwork { Guests = BootsOfRound * (MostWarmUps + (Comparison.MostTries * options.Rounds)) };
        network.RemoveGuestsAtEnd(undo);
        NeighbourTable.Raise(undo);
        var ours = await FirstlightPeer.StartAsync(options with { CompilesSoon = true }, Path.Combine(directory, "firstlight"), [network], undo, cancellationToken);
        ours.IsAlone = true;
        await network.PlugGuestAsync(cancellationToken);
        var document = await ours.DocumentAsync(network, cancellationToken);
        var nginx = await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, network, undo, cancellationToken);
        var kestrel = await KestrelPeer.StartAsync(options.Root, Path.Combine(directory, "kestrel"), document, undo, cancellationToken);
        return new(network, ours, nginx, kestrel, document);
    }

    public Task<IReadOnlyList<Measure>> MeasureAsync(Host host, int rounds, IReadOnlyList<Asking<Peer>> ways, CancellationToken cancellationToken) =>
        Turns.MeasureAsync(rounds, host, _peers, ways, cancellationToken);

    /// <summary>Asks in every way those who compile as they run, until that costs no less any more.</summary>
    public async Task WarmUpAsync(Host host, CancellationToken cancellationToken)
    {
        var least = new Dictionary<(string Way, Peer Peer), double>();
        var calm = 0;
        for (var i = 0; i < MostWarmUps && calm < 2; i++)
        {
            calm++;
            foreach (var way in Ways)
            {
                foreach (var peer in (way.Peers ?? _peers).Where(p => p != _nginx))
                {
                    var before = peer.Cpu(host);
                    var asked = await way.Ask(peer, cancellationToken);
                    var cost = (peer.Cpu(host) - before).Total / Math.Max(1, asked.Requests);
                    var soFar = least.GetValueOrDefault((way.Name, peer), double.PositiveInfinity);
                    // Much less than ever before: it is still getting better.
                    if (cost * Settled < soFar) calm = 0;
                    least[(way.Name, peer)] = Math.Min(soFar, cost);
                }
            }
        }
    }

    private async Task<WrkResult> BootAsync(Peer peer, CancellationToken cancellationToken)
    {
        if (peer == _nginx) return await SameAsync(cancellationToken);
        var guests = Enumerable.Range(1 + _booted, BootsOfRound).Select(n => (0, _network.Guest(n))).ToArray();
        _booted += BootsOfRound;
        var storm = await StormOnce.RunAsync(new(IPAddress.Parse(GuestNetwork.MetadataAddress), 80), new([_network.GuestNamespaceFile], guests), hammer: null, () => default, cancellationToken);
        return new(storm.Requests, storm.Seconds, storm.Request.P50, storm.Request.P99, storm.Failed, 0);
    }

    // As many requests from the same guests, for the one thing nginx has.
    private Task<WrkResult> SameAsync(CancellationToken cancellationToken)
    {
        var guests = Enumerable.Range(1, BootsOfRound).SelectMany(n => Enumerable.Repeat((0, _network.Guest(n)), NewConnections.Boot.Count)).ToArray();
        return CrowdLoad.OnceAsync(new([_network.GuestNamespaceFile], guests), new(IPAddress.Parse(GuestNetwork.MetadataAddress), NginxPeer.Port), Document, BootsOfRound, cancellationToken);
    }

    private static string Project(string document) => JsonDocument.Parse(document).RootElement.GetProperty("project_id").GetString()!;
}
