using System.Globalization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// Ours in the place of nova-api-metadata, beside it, on the same database: the first request of an instance, requests that are answered from the
/// cache, and whole boots. Peers take turns in each round, and every cold instance is one that nobody has asked for before.
/// </summary>
internal sealed class NovaScenario : Scenario<NovaResult>
{
    private const int Connections = 8;
    private const string Document = "/openstack/latest/meta_data.json";

    // The real service takes its time: what it is asked in a round is less, or the run would take an hour.
    private static readonly Dictionary<string, (int Cold, int Boots)> Shares = new(StringComparer.Ordinal) { ["firstlight"] = (300, 60), ["nova"] = (40, 10) };

    public override string Name => "nova";

    public override string What => "metadata-api beside the real nova-api-metadata on one database: cold, cached, boot";

    public override (double Full, double Quick) Minutes => (4, 1);

    public override IReadOnlyList<string> Peers => ["firstlight", "nova"];

    public override IEnumerable<(string Name, string[] Version)> Programs =>
        [("nova-api", ["dpkg-query", "-W", "-f", "${Version}", "nova-api"]), ("mariadb", ["mariadbd", "--version"])];

    protected override string Table(NovaResult result) => NovaTable.Render(result);

    protected override IEnumerable<Plot> Plots(NovaResult result) => NovaTable.Plots(result);

    protected override IEnumerable<Figure> Figures(NovaResult result) => NovaTable.Figures(result);

    protected override async Task<NovaResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = RunDirectory.Make(undo);

        // One round more than is measured, to warm up with, and one instance each to see that it serves.
        var copies = Shares.Values.Sum(s => ((s.Cold + s.Boots) * (options.Rounds + 1)) + 2);
        Console.WriteLine($"[1/4] a database with {copies} instances");
        var cloud = await NovaCloud.StartAsync(options.Root, directory, copies, undo, cancellationToken).ConfigureAwait(false);
        Console.WriteLine("[2/4] services, on processor 0");
        var peers = new List<MetadataServicePeer>();
        foreach (var name in options.Peers)
        {
            peers.Add(name switch
            {
                "firstlight" => await MetadataServicePeer.StartOursAsync(options.Root, directory, cloud, undo, cancellationToken).ConfigureAwait(false),
                "nova" => await MetadataServicePeer.StartNovaAsync(directory, cloud, undo, cancellationToken).ConfigureAwait(false),
                _ => throw new BenchException($"no peer is called {name}"),
            });
        }

        // This process is the load of two measures.
        await Command.RunAsync(["taskset", "-a", "-cp", "1", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)], cancellationToken).ConfigureAwait(false);
        var bodyBytes = NewConnections.Get(peers[0].EndPoint, cloud.Fresh(1)[0], Document).Body.Length;
        var measures = Measures(options, cloud);
        Console.WriteLine("[3/4] warming up");
        foreach (var (_, measure) in measures)
        {
            foreach (var peer in peers) await measure(peer, cancellationToken).ConfigureAwait(false);
        }

        Console.WriteLine($"[4/4] {options.Rounds} rounds, load on processor 1");
        var rounds = measures.Keys.ToDictionary(m => m, _ => peers.ToDictionary(p => p.Name, _ => new List<Round>()));
        for (var i = 0; i < options.Rounds; i++)
        {
            foreach (var (measure, ask) in measures)
            {
                for (var k = 0; k < peers.Count; k++)
                {
                    var peer = peers[(i + k) % peers.Count];
                    var round = await RoundAsync(host, cloud, peer, ask, i + 1, k + 1, cancellationToken).ConfigureAwait(false);
                    rounds[measure][peer.Name].Add(round);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"      {i + 1}/{options.Rounds} {measure.Name,-7} {peer.Name,-11} {round.P50Ms,8:F2} ms  {round.CpuMicrosecondsPerRequest,9:F1} µs CPU a request"));
                }
            }
        }

        return new(
            options.Scenario, DateTimeOffset.UtcNow, host, new(options.Rounds, options.Seconds, Connections, bodyBytes),
            [.. measures.Keys.Select(m => m with { Peers = [.. peers.Select(p => new PeerResult(p.Name, p.Description, p.MemoryKiB(), rounds[m][p.Name]))] })]);
    }

    // Budgets are those of the design, for CPU a request.
    private static Dictionary<NovaMeasure, Func<MetadataServicePeer, CancellationToken, Task<WrkResult>>> Measures(BenchOptions options, NovaCloud cloud)
    {
        var guest = cloud.Fresh(1)[0];
        return new(ReferenceEqualityComparer.Instance)
        {
            [new("cold", "the first request of an instance, `meta_data.json`, one after the other, each on a new connection.", 1.0 / 10, [])] =
                (peer, token) => Task.Run(() => NewConnections.Ask(peer.EndPoint, cloud.Fresh(Shares[peer.Name].Cold), [Document], token), token),
            [new("cached", $"`meta_data.json` of one instance on {Connections} connections that stay open, for {options.Seconds} s.", 1.0 / 12, [])] =
                (peer, token) => Wrk.AskAsync(Connections, guest.Headers, peer.Url, options.Seconds, token),
            [new("boot", $"{NewConnections.Boot.Count} requests of an instance that nobody asked for before, in cloud-init's order, each on a new connection.", null, [])] =
                (peer, token) => Task.Run(() => NewConnections.Ask(peer.EndPoint, cloud.Fresh(Shares[peer.Name].Boots), NewConnections.Boot, token), token),
        };
    }

    private static async Task<Round> RoundAsync(
        Host host, NovaCloud cloud, MetadataServicePeer peer, Func<MetadataServicePeer, CancellationToken, Task<WrkResult>> ask, int number, int turn, CancellationToken cancellationToken)
    {
        var load = await LoadAverage.NowAsync(cancellationToken);
        var (before, database) = (peer.Cpu(host), Database());
        var asked = await ask(peer, cancellationToken);
        var (cpu, ofDatabase) = (peer.Cpu(host) - before, Database() - database);
        if (asked.Requests == 0) throw new BenchException($"{peer.Name} answered nothing");
        return new(
            number, turn, load, asked.Requests, asked.Seconds, asked.Requests / asked.Seconds, asked.P50Ms, asked.P99Ms,
            cpu.User / asked.Requests, cpu.System / asked.Requests, asked.FailedResponses, asked.SocketErrors)
        {
            DatabaseMicrosecondsPerRequest = ofDatabase.Total / asked.Requests,
        };

        CpuTime Database() => ProcessCpu.Time([cloud.DatabasePid], host.TicksPerSecond);
    }
}
