using System.Net;
using System.Text.Json;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Storms;

namespace Firstlight.Bench.Scenarios.Guarding;

/// <summary>What the guard watches: one <c>firstlight standalone</c> with a network of guests, and nginx beside it in the namespace and on the loopback.</summary>
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
    private readonly Pair _ours;
    private readonly Pair _nginx;
    private int _booted;

    private Watched(GuestNetwork network, Pair ours, Pair nginx, int documentLength)
    {
        (_network, _ours, _nginx) = (network, ours, nginx);
        DocumentLength = documentLength;
        var guest = new SignedGuest(network.ServerId.ToString(), ours.Project);
        Ways =
        [
            new("path closed", $"a guest's request on a new connection, {BenchOptions.Connections} at a time.", (pair, token) => Wrk.RunAsync(network.GuestNamespace, pair.GuestUrl, Seconds, token)),
            new("path kept", $"a guest's requests on {BenchOptions.Connections} connections that stay open.", (pair, token) => Wrk.KeptAsync(network.GuestNamespace, pair.GuestUrl, Seconds, token)),
            new("api closed", "a signed request to the metadata API on a new connection.", (pair, token) => Wrk.AskAsync(BenchOptions.Connections, ["Connection: close", .. guest.Headers], pair.ApiUrl, Seconds, token)),
            new("api kept", "signed requests on connections that stay open.", (pair, token) => Wrk.AskAsync(BenchOptions.Connections, guest.Headers, pair.ApiUrl, Seconds, token)),
            new("boot", $"{BootsOfRound} guests that boot, new to the program, {NewConnections.Boot.Count} requests each on new connections; of nginx as many requests.", BootAsync),
        ];
    }

    public IReadOnlyList<Asking<Pair>> Ways { get; }

    public int DocumentLength { get; }

    public static async Task<Watched> StartAsync(BenchOptions options, Undo undo, CancellationToken cancellationToken)
    {
        var directory = RunDirectory.Make(undo);
        // For warm-up, all rounds, and all rounds once more.
        var network = new GuestNetwork { Guests = BootsOfRound * (MostWarmUps + (2 * options.Rounds)) };
        network.RemoveGuestsAtEnd(undo);
        NeighbourTable.Raise(undo);
        var ours = await FirstlightPeer.StartAsync(options, Path.Combine(directory, "firstlight"), [network], undo, cancellationToken);
        await network.PlugGuestAsync(cancellationToken);
        var document = await ours.DocumentAsync(network, cancellationToken);
        var inside = await NginxPeer.StartAsync(Path.Combine(directory, "inside"), document, network, undo, cancellationToken);
        var outside = await NginxPeer.StartAsync(Path.Combine(directory, "outside"), document, undo, cancellationToken);
        return new(
            network,
            new Pair(ours.Name, ours.Description, ours.Url, $"http://{ours.Api}{Document}", () => [ours.Pid], Project(document)),
            new Pair(inside.Name, inside.Description, inside.Url, outside.Url, () => [.. inside.Pids, .. outside.Pids], ""),
            document.Length);
    }

    public Task<IReadOnlyList<Measure>> MeasureAsync(Host host, int rounds, IReadOnlyList<Asking<Pair>> ways, CancellationToken cancellationToken) =>
        Turns.MeasureAsync(rounds, host, [_ours, _nginx], ways, cancellationToken);

    /// <summary>Asks ours in every way until that costs no less any more.</summary>
    public async Task WarmUpAsync(Host host, CancellationToken cancellationToken)
    {
        var least = Ways.ToDictionary(w => w, _ => double.PositiveInfinity);
        var calm = 0;
        for (var i = 0; i < MostWarmUps && calm < 2; i++)
        {
            calm++;
            foreach (var way in Ways)
            {
                var before = _ours.Cpu(host);
                var asked = await way.Ask(_ours, cancellationToken);
                var cost = (_ours.Cpu(host) - before).Total / Math.Max(1, asked.Requests);
                // Much less than ever before: it is still getting better.
                if (cost * Settled < least[way]) calm = 0;
                least[way] = Math.Min(least[way], cost);
            }
        }
    }

    private async Task<WrkResult> BootAsync(Pair pair, CancellationToken cancellationToken)
    {
        if (pair == _nginx) return await SameAsync(cancellationToken);
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

    /// <summary>One of the two, with its face to guests and its face to agents.</summary>
    /// <param name="name">Short name.</param>
    /// <param name="description">For the table.</param>
    /// <param name="guestUrl">What guests ask.</param>
    /// <param name="apiUrl">What agents ask.</param>
    /// <param name="pids">Its processes.</param>
    /// <param name="project">The guest's project, where it says one.</param>
    internal sealed class Pair(string name, string description, string guestUrl, string apiUrl, Func<IReadOnlyList<int>> pids, string project) : Peer
    {
        public override string Name => name;

        public override string Description => description;

        public override string Url => guestUrl;

        public string GuestUrl => guestUrl;

        public string ApiUrl => apiUrl;

        public string Project => project;

        public override IEnumerable<int> Pids => pids();
    }
}
