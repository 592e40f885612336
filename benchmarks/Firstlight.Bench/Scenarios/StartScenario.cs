using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Scenarios;

/// <summary>From the start of a process to its first right answer: how long an update or a crash is felt.</summary>
internal sealed class StartScenario : Scenario<StartResult>
{
    private const string Document = "/openstack/latest/meta_data.json";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    public override string Name => "start";

    public override string What => "process start to first answer: standalone beside haproxy, metadata-api beside nova-api-metadata";

    public override (double Full, double Quick) Minutes => (2.5, 0.7);

    public override (int Full, int Quick) Rounds => (11, 2);

    public override IReadOnlyList<string> Peers => ["firstlight", "haproxy", "nginx", "nova"];

    public override IEnumerable<(string Name, string[] Version)> Programs =>
        [("nova-api", ["dpkg-query", "-W", "-f", "${Version}", "nova-api"]), ("mariadb", ["mariadbd", "--version"]), ("nginx", ["nginx", "-v"]), ("haproxy", ["haproxy", "-v"])];

    protected override async Task<StartResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        Console.WriteLine($"[1/2] a guest's first answer, {options.Rounds} starts of each");
        var guests = await InNamespaceAsync(options, host, cancellationToken);
        Console.WriteLine($"[2/2] a signed request's first answer, {options.Rounds} starts of each");
        var signed = await OnLoopbackAsync(options, host, cancellationToken);
        return new(Name, DateTimeOffset.UtcNow, host, options.Rounds, [guests, signed]);
    }

    protected override string Table(StartResult result) => StartTable.Render(result);

    protected override IEnumerable<Plot> Plots(StartResult result) => StartTable.Plots(result);

    protected override IEnumerable<Figure> Figures(StartResult result) => StartTable.Figures(result);

    private static async Task<StartPlace> InNamespaceAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = RunDirectory.Make(undo);
        var network = new GuestNetwork();
        network.RemoveGuestsAtEnd(undo);
        var ours = await FirstlightPeer.StartAsync(options, Path.Combine(directory, "firstlight"), [network], undo, cancellationToken);
        await network.PlugGuestAsync(cancellationToken);
        var document = await ours.DocumentAsync(network, cancellationToken);
        var nginx = await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, network, undo, cancellationToken);
        var haproxy = await HaproxyPeer.PrepareAsync(Path.Combine(directory, "haproxy"), nginx.Socket, network, cancellationToken);
        await ours.StopAsync();

        using var sockets = new NamespaceSockets();
        return new("standalone", "`meta_data.json` to a guest, by a listener in its namespace; networks and DHCP of an earlier start stand. Behind haproxy nginx runs already.", await RoundsAsync(
            options, host,
            [
                new("firstlight", "Firstlight, `standalone`, one network", ours.Launch, token => ServesGuestAsync(80, token)),
                new("haproxy", "haproxy (Neutron's settings), one network", haproxy, token => ServesGuestAsync(HaproxyPeer.Port, token)),
            ], cancellationToken));

        async Task<bool> ServesGuestAsync(int port, CancellationToken token)
        {
            try
            {
                return (await BootStorm.GetAsync(
                    sockets, network.GuestNamespaceFile, IPAddress.Parse(GuestNetwork.AddressOf(0)), new IPEndPoint(IPAddress.Parse(GuestNetwork.MetadataAddress), port), Document, token)).Status == 200;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    private static async Task<StartPlace> OnLoopbackAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        var directory = RunDirectory.Make(undo);
        var cloud = await NovaCloud.StartAsync(options.Root, directory, copies: 1, undo, cancellationToken);
        var guest = cloud.Fresh(1)[0];
        var (ours, ourEnd) = await MetadataServicePeer.OursAsync(options.Root, directory, cloud, cancellationToken);
        var (nova, novaEnd) = await MetadataServicePeer.NovaAsync(directory, cloud, cancellationToken);
        var nginxEnd = new IPEndPoint(IPAddress.Loopback, NovaCloud.FreePort());
        var nginx = await NginxPeer.PrepareAsync(Path.Combine(directory, "nginx"), new string('x', 1400), nginxEnd.ToString(), [], cancellationToken);
        return new("metadata-api", "`meta_data.json` of one instance from Nova's database, signed as the metadata agent signs.", await RoundsAsync(
            options, host,
            [
                new("firstlight", MetadataServicePeer.OursDescription, ours, _ => Task.FromResult(MetadataServicePeer.Serves(ourEnd, guest))),
                new("nova", "nova-api-metadata, one worker", nova, _ => Task.FromResult(MetadataServicePeer.Serves(novaEnd, guest))),
                new("nginx", "nginx, the same from a file", nginx, _ => Task.FromResult(MetadataServicePeer.Serves(nginxEnd, guest))),
            ], cancellationToken));
    }

    private static async Task<IReadOnlyList<StartPeer>> RoundsAsync(BenchOptions options, Host host, Candidate[] candidates, CancellationToken cancellationToken)
    {
        candidates = [.. candidates.Where(c => options.Peers.Contains(c.Name))];
        var rounds = candidates.ToDictionary(c => c, _ => new List<StartRound>());
        for (var i = 0; i < options.Rounds; i++)
        {
            for (var k = 0; k < candidates.Length; k++)
            {
                var candidate = candidates[(i + k) % candidates.Length];
                var round = await OnceAsync(host, candidate, cancellationToken);
                rounds[candidate].Add(round);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"      {i + 1}/{options.Rounds} {candidate.Name,-11} {round.Milliseconds,7:F0} ms, {round.CpuMilliseconds,6:F0} ms CPU, {round.MemoryKiB / 1024} MiB"));
            }
        }

        return [.. candidates.Select(c => new StartPeer(c.Name, c.Description, rounds[c]))];
    }

    private static async Task<StartRound> OnceAsync(Host host, Candidate candidate, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        await using var daemon = candidate.Launch.Start();
        await daemon.UntilAsync("it gives a first answer", candidate.Answers, Longest, cancellationToken, TimeSpan.FromMilliseconds(1));
        var passed = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        return new(passed, ProcessCpu.Time([daemon.Pid], host.TicksPerSecond).Total / 1000, ProcessCpu.MemoryKiB([daemon.Pid]));
    }

    private sealed record Candidate(string Name, string Description, Launch Launch, Func<CancellationToken, Task<bool>> Answers);
}
