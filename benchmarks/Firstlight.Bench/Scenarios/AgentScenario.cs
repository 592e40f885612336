using System.Globalization;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.OpenStack;
using Firstlight.Bench.Report;
using Firstlight.Conformance.Tests.Neutron;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// Ours in the places of haproxy, neutron-metadata-agent and Nova's metadata API, beside the real ones, on one real Neutron and one database: what a
/// request costs in each part, what many networks cost, and guests that boot at once.
/// </summary>
internal sealed class AgentScenario : Scenario<AgentResult>
{
    private const int KeptConnections = 8;
    private const int Guests = 200;

    // Answers that were under way when the generator stopped are worked on still.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);
    private const int SettledTicks = 4;
    private const int MostSettling = 80;
    private const int MostIdleWindows = 60;

    // Of a processor. A Neutron that is still at work after its start is steady too, at a whole one.
    private const double MostIdle = 0.15;

    public override string Name => "agent";

    public override string What => "the whole way beside haproxy, neutron-metadata-agent, Neutron and Nova; many networks";

    public override (double Full, double Quick) Minutes => (12, 4);

    public override (int Full, int Quick) Rounds => (5, 2);

    public override IReadOnlyList<string> Peers => MetadataPaths.Names;

    public override IEnumerable<(string Name, string[] Version)> Programs => RealPrograms;

    /// <summary>The programs of the real path, and how each says its version.</summary>
    public static IEnumerable<(string Name, string[] Version)> RealPrograms =>
    [
        ("haproxy", ["haproxy", "-v"]), ("mariadb", ["mariadbd", "--version"]), ("rabbitmq", Package("rabbitmq-server")),
        ("nova-api", Package("nova-api")), ("neutron-metadata-agent", Package("neutron-metadata-agent")), ("neutron-server", Package("neutron-server")),
    ];

    protected override string Table(AgentResult result) => AgentTable.Render(result);

    protected override async Task<AgentResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(options, host, cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or Xunit.Sdk.XunitException)
        {
            // The lab's way of saying that something of it failed.
            throw new BenchException(e.Message);
        }
    }

    private static async Task<AgentResult> TryAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        Console.WriteLine("[1/6] the lab: MariaDB, RabbitMQ, Neutron and its agents, Nova");
        var cloud = await BenchCloud.StartAsync(Guests + 1, undo);
        Console.WriteLine("[2/6] the ways side by side, servers on processor 0");
        var setUp = new MetadataPaths(options.Root, cloud);
        var paths = new List<MetadataPath>();
        foreach (var name in options.Peers) paths.Add(await setUp.StartAsync(name));
        await cloud.Processes.PinAsync(0);
        await Command.RunAsync(["taskset", "-a", "-cp", "1", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)], cancellationToken);

        var idle = await IdleAsync(host, paths, cancellationToken);
        var measures = await WaysAsync(options, host, cloud, paths, idle, cancellationToken);
        Console.WriteLine("[5/6] guests that boot at once");
        var storms = await StormsAsync(options, cloud, paths, cancellationToken);
        Console.WriteLine("[6/6] a host with many networks");
        await setUp.StopOursAsync();
        var networks = await NetworksAsync(options, host, cloud, cancellationToken);
        return new(
            options.Scenario, DateTimeOffset.UtcNow, host,
            new(options.Rounds, BenchOptions.Connections, KeptConnections, await DocumentLengthAsync(cloud, paths[0], cancellationToken), idle.Values.Sum(t => t.User + t.System) * 1000 / host.TicksPerSecond),
            measures, networks, storms);
    }

    private static IReadOnlyList<Way> Ways(BenchOptions options) =>
    [
        new("closed", $"{BenchOptions.Connections} requests at a time, each on a new connection; {KeptConnections} and half as long again where all is real, which answers too few for more.", BenchOptions.Connections, ["Connection: close"], options.Quick ? 3 : 4, All: true),
        new("kept", $"{KeptConnections} connections that stay open.", KeptConnections, [], 2, All: false),
        new("alone", "one request after the other, each on a new connection.", 1, ["Connection: close"], 2, All: false),
    ];

    private static async Task<IReadOnlyList<AgentMeasure>> WaysAsync(
        BenchOptions options, Host host, BenchCloud cloud, List<MetadataPath> paths, IReadOnlyDictionary<PartKind, (double User, double System)> idle, CancellationToken cancellationToken)
    {
        Console.WriteLine("[3/6] warming up");
        var ways = Ways(options);
        // Compilers need a while; Python has none.
        foreach (var path in paths)
        {
            await DocumentLengthAsync(cloud, path, cancellationToken);
            await LoadAsync(cloud, path, ways[0].For(path) with { Seconds = path.IsReal ? 2 : Math.Min(5, options.WarmUpSeconds) }, cancellationToken);
        }

        Console.WriteLine($"[4/6] {options.Rounds} rounds, load on processor 1");
        var rounds = ways.ToDictionary(w => w.Name, _ => paths.ToDictionary(p => p.Name, _ => new List<Round>()));
        for (var i = 0; i < options.Rounds; i++)
        {
            foreach (var way in ways)
            {
                var asked = way.Of(paths);
                for (var k = 0; k < asked.Count; k++)
                {
                    var path = asked[(i + k) % asked.Count];
                    var round = await RoundAsync(host, cloud, path, way, idle, i + 1, k + 1, cancellationToken);
                    rounds[way.Name][path.Name].Add(round);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"      {i + 1}/{options.Rounds} {way.Name,-6} {path.Name,-11} {round.RequestsPerSecond,8:F0} requests/s {round.P50Ms,8:F2} ms {round.CpuMicrosecondsPerRequest,9:F1} µs CPU a request, {round.HostMicroseconds(),8:F1} on the host"));
                }
            }
        }

        return [.. ways.Select(w => new AgentMeasure(w.Name, w.What, w.Seconds, [.. w.Of(paths).Select(p => new PeerResult(p.Name, p.Description, p.MemoryKiB(), rounds[w.Name][p.Name]))]))];
    }

    private static async Task<Round> RoundAsync(
        Host host, BenchCloud cloud, MetadataPath path, Way way, IReadOnlyDictionary<PartKind, (double User, double System)> idle, int number, int turn, CancellationToken cancellationToken)
    {
        way = way.For(path);
        // Nova remembers a document for 15 s, and makes it as often as it is asked for at once while it has none: with 64 that would be all of a round.
        await DocumentLengthAsync(cloud, path, cancellationToken);
        var load = double.Parse((await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[0], CultureInfo.InvariantCulture);
        var begun = DateTime.UtcNow;
        var before = Ticks(path);
        var wrk = await LoadAsync(cloud, path, way, cancellationToken);
        var after = await SettledAsync(path, cancellationToken);
        var passed = (DateTime.UtcNow - begun).TotalSeconds;
        if (wrk.Requests == 0) throw new BenchException($"{path.Name} answered nothing");

        // Those that were under way at the end cost as much, and nobody counted them.
        var tick = 1_000_000.0 / host.TicksPerSecond / (wrk.Requests + way.Connections);
        var used = after.ToDictionary(p => p.Key, p => Used(p.Value, before[p.Key], idle.GetValueOrDefault(p.Key), passed));
        return new(
            number, turn, load, wrk.Requests, wrk.Seconds, wrk.Requests / wrk.Seconds, wrk.P50Ms, wrk.P99Ms,
            used.Values.Sum(u => u.User) * tick, used.Values.Sum(u => u.System) * tick, wrk.FailedResponses, wrk.SocketErrors)
        {
            PartMicrosecondsPerRequest = used.ToDictionary(p => p.Key, p => (p.Value.User + p.Value.System) * tick),
        };
    }

    private static async Task<Dictionary<PartKind, (long User, long System)>> SettledAsync(MetadataPath path, CancellationToken cancellationToken)
    {
        var ticks = Ticks(path);
        for (var i = 0; i < MostSettling; i++)
        {
            var before = ticks;
            await Task.Delay(Settling, cancellationToken);
            ticks = Ticks(path);
            if (ticks.Values.Sum(t => t.User + t.System) - before.Values.Sum(t => t.User + t.System) <= SettledTicks) break;
        }

        return ticks;
    }

    private static (double User, double System) Used((long User, long System) after, (long User, long System) before, (double User, double System) idle, double seconds) =>
        (Math.Max(0, after.User - before.User - (idle.User * seconds)), Math.Max(0, after.System - before.System - (idle.System * seconds)));

    private static Dictionary<PartKind, (long User, long System)> Ticks(MetadataPath path) => path.Parts.ToDictionary(p => p.Kind, p => ProcessCpu.Ticks(p.Pids));

    // What the shared parts do of themselves, such as hearing the reports of Neutron's agents, in ticks a second. Measured when it has become steady: Neutron
    // is busy for a while after its start.
    private static async Task<IReadOnlyDictionary<PartKind, (double User, double System)>> IdleAsync(Host host, List<MetadataPath> paths, CancellationToken cancellationToken)
    {
        const int WindowSeconds = 2;
        var shared = paths.SelectMany(p => p.Parts).Where(p => p.Kind is not (PartKind.Proxy or PartKind.Agent)).DistinctBy(p => p.Kind).ToArray();
        var windows = new List<Dictionary<PartKind, (double User, double System)>>();
        for (var i = 0; i < MostIdleWindows && !IsSteady(); i++)
        {
            var before = shared.ToDictionary(p => p.Kind, p => ProcessCpu.Ticks(p.Pids));
            await Task.Delay(TimeSpan.FromSeconds(WindowSeconds), cancellationToken);
            var after = shared.ToDictionary(p => p.Kind, p => ProcessCpu.Ticks(p.Pids));
            windows.Add(after.ToDictionary(
                p => p.Key, p => ((p.Value.User - before[p.Key].User) / (double)WindowSeconds, (p.Value.System - before[p.Key].System) / (double)WindowSeconds)));
        }

        if (!IsSteady()) throw new BenchException("Neutron and Nova do not come to rest: what they do for a request cannot be told from the rest");
        var idle = windows.TakeLast(3).OrderBy(Total).ElementAt(1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      idle, the shared parts use {Total(idle) * 1000 / host.TicksPerSecond:F0} ms CPU a second"));
        return idle;

        bool IsSteady()
        {
            var last = windows.TakeLast(3).Select(Total).Order().ToArray();
            return last.Length == 3 && last[2] <= MostIdle * host.TicksPerSecond && last[2] <= (2 * last[0]) + (0.03 * host.TicksPerSecond);
        }

        static double Total(Dictionary<PartKind, (double User, double System)> window) => window.Values.Sum(t => t.User + t.System);
    }

    private static async Task<WrkResult> LoadAsync(BenchCloud cloud, MetadataPath path, Way way, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Wrk.Read(await cloud.RunAsync(["ip", "netns", "exec", cloud.GuestNamespace, .. Wrk.Command(way.Connections, way.Headers, path.Url, way.Seconds)]));
    }

    private static async Task<IReadOnlyList<StormResult>> StormsAsync(BenchOptions options, BenchCloud cloud, List<MetadataPath> paths, CancellationToken cancellationToken)
    {
        var storms = new List<StormResult>();
        foreach (var path in paths.Where(p => p.Name is MetadataPaths.Real or MetadataPaths.Ours))
        {
            // The real way takes its time.
            var guests = path.Name == MetadataPaths.Ours ? Guests : options.Quick ? 10 : 40;
            var count = await BootStorm.RunAsync(
                cloud.GuestNamespaceFile, new IPEndPoint(IPAddress.Parse(GuestNetwork.MetadataAddress), path.Port), [.. Enumerable.Range(2, guests).Select(BenchCloud.Guest)], cancellationToken);
            storms.Add(Say(new(path.Name, path.Description, [count])));
        }

        storms.Add(Say(await StandaloneStorm.RunAsync(options, Guests, cancellationToken)));
        return storms;
    }

    private static StormResult Say(StormResult storm)
    {
        foreach (var c in storm.Counts)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      {storm.Name,-11} {c.Guests} guests, {c.Requests} requests, {c.Failed} failed, all done in {c.Seconds:F2} s"));
        return storm;
    }

    private static async Task<NetworksResult> NetworksAsync(BenchOptions options, Host host, BenchCloud cloud, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("firstlight-bench-").FullName;
        await using var other = await LabHost.StartAsync(directory, stays: false);
        var result = await new ManyNetworks(options.Root, other, cloud.HaproxyConfiguration, cloud.Network).RunAsync(options.Quick ? 200 : 1000, host.TicksPerSecond, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"      {result.Networks} networks: ours {result.AgentAllKiB / 1024} MiB, {result.AgentListenerMs:F3} ms a listener; haproxies {result.HaproxyAllKiB / 1024} MiB, {result.HaproxyListenerMs.Median:F1} ms each"));
        return result;
    }

    private static async Task<int> DocumentLengthAsync(BenchCloud cloud, MetadataPath path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return (await cloud.RunAsync("ip", "netns", "exec", cloud.GuestNamespace, "curl", "-fsS", path.Url)).Length;
    }

    private static string[] Package(string name) => ["dpkg-query", "-W", "-f", "${Version}", name];

    /// <summary>A way of asking.</summary>
    /// <param name="Name">Short name.</param>
    /// <param name="What">For the table.</param>
    /// <param name="Connections">Connections at a time.</param>
    /// <param name="Headers">Sent with each request.</param>
    /// <param name="Seconds">How long.</param>
    /// <param name="All">Every peer is asked so; otherwise those that say something new.</param>
    private sealed record Way(string Name, string What, int Connections, string[] Headers, int Seconds, bool All)
    {
        // With many at a time most of a short round would be requests cut off at its end, and Neutron's cost a request goes up with them.
        public Way For(MetadataPath path) => path.IsReal && Connections > KeptConnections ? this with { Connections = KeptConnections, Seconds = Seconds * 3 / 2 } : this;

        public IReadOnlyList<MetadataPath> Of(IEnumerable<MetadataPath> paths) => [.. paths.Where(p => All || p.Name != MetadataPaths.RealCached)];
    }
}
