using System.Globalization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// What a booting guest does: one GET of <c>meta_data.json</c> on a new connection, over and over. Peers take turns within each round, and the one
/// that begins changes from round to round, so that whatever else the machine does falls on all alike.
/// </summary>
internal static class PathScenario
{
    // About as long as the document of a small server, for runs that leave Firstlight out.
    private const int PlainDocumentLength = 1400;

    /// <summary>Programs beside ours, and how each says its version.</summary>
    public static IEnumerable<(string Name, string[] Version)> Programs => [("haproxy", ["haproxy", "-v"]), ("nginx", ["nginx", "-v"])];

    public static async Task<BenchResult> RunAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = Directory.CreateTempSubdirectory("firstlight-bench-").FullName;
        // dnsmasq reads its files as a user of its own.
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        undo.Add(directory, () =>
        {
            Directory.Delete(directory, recursive: true);
            return Task.CompletedTask;
        });
        var network = new GuestNetwork();
        network.RemoveAtEnd(undo);

        Console.WriteLine("[1/3] servers, in one namespace, on processor 0");
        var (peers, document) = await StartAsync(options, directory, network, undo, cancellationToken).ConfigureAwait(false);

        Console.WriteLine($"[2/3] warming up: {options.WarmUpSeconds} s each");
        foreach (var peer in peers)
        {
            await Wrk.RunAsync(network.GuestNamespace, peer.Url, options.WarmUpSeconds, cancellationToken).ConfigureAwait(false);
        }

        Console.WriteLine($"[3/3] {options.Rounds} rounds of {options.Seconds} s each, {BenchOptions.Connections} connections at a time, load on processor 1");
        var rounds = peers.ToDictionary(p => p.Name, _ => new List<Round>());
        for (var i = 0; i < options.Rounds; i++)
        {
            for (var k = 0; k < peers.Count; k++)
            {
                var peer = peers[(i + k) % peers.Count];
                var round = await MeasureAsync(options, host, network, peer, i + 1, k + 1, cancellationToken).ConfigureAwait(false);
                rounds[peer.Name].Add(round);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"      {i + 1}/{options.Rounds} {peer.Name,-11} {round.RequestsPerSecond,8:F0} requests/s  {round.CpuMicrosecondsPerRequest,6:F1} µs CPU a request"));
            }
        }

        return new(
            options.Scenario,
            DateTimeOffset.UtcNow,
            host,
            new(options.Rounds, options.Seconds, options.WarmUpSeconds, BenchOptions.Connections, document.Length),
            [.. peers.Select(p => new PeerResult(p.Name, p.Description, p.MemoryKiB(), rounds[p.Name]))]);
    }

    private static async Task<(List<Peer> Peers, string Document)> StartAsync(
        BenchOptions options, string directory, GuestNetwork network, Undo undo, CancellationToken cancellationToken)
    {
        var document = new string('x', PlainDocumentLength);
        var peers = new Dictionary<string, Peer>(StringComparer.Ordinal);
        if (options.Peers.Contains("firstlight"))
        {
            var ours = await FirstlightPeer.StartAsync(options.Root, Path.Combine(directory, "firstlight"), network, undo, cancellationToken).ConfigureAwait(false);
            await network.PlugGuestAsync(cancellationToken).ConfigureAwait(false);
            document = await ours.DocumentAsync(network, cancellationToken).ConfigureAwait(false);
            peers.Add(ours.Name, ours);
        }
        else
        {
            await network.MakeServerSideAsync(cancellationToken).ConfigureAwait(false);
            await network.PlugGuestAsync(cancellationToken).ConfigureAwait(false);
        }

        var nginx = await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, network, undo, cancellationToken).ConfigureAwait(false);
        peers.Add(nginx.Name, nginx);
        var haproxy = await HaproxyPeer.StartAsync(Path.Combine(directory, "haproxy"), nginx, network, undo, cancellationToken).ConfigureAwait(false);
        peers.Add(haproxy.Name, haproxy);
        return ([.. options.Peers.Select(n => peers.GetValueOrDefault(n) ?? throw new BenchException($"no peer is called {n}"))], document);
    }

    private static async Task<Round> MeasureAsync(
        BenchOptions options, Host host, GuestNetwork network, Peer peer, int number, int turn, CancellationToken cancellationToken)
    {
        var load = double.Parse(
            (await File.ReadAllTextAsync("/proc/loadavg", cancellationToken).ConfigureAwait(false)).Split(' ')[0], CultureInfo.InvariantCulture);
        var before = peer.CpuTicks();
        var wrk = await Wrk.RunAsync(network.GuestNamespace, peer.Url, options.Seconds, cancellationToken).ConfigureAwait(false);
        var after = peer.CpuTicks();
        if (wrk.Requests == 0)
        {
            throw new BenchException($"{peer.Name} answered nothing");
        }

        var tick = 1_000_000.0 / host.TicksPerSecond;
        return new(
            number, turn, load, wrk.Requests, wrk.Seconds, wrk.Requests / wrk.Seconds, wrk.P50Ms, wrk.P99Ms,
            (after.User - before.User) * tick / wrk.Requests,
            (after.System - before.System) * tick / wrk.Requests,
            wrk.FailedResponses,
            wrk.SocketErrors);
    }
}
