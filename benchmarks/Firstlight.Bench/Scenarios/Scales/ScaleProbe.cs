using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>What is measured at one size: a start, load, a change and what it costs the others, things added, and rest.</summary>
internal sealed class ScaleProbe(BenchOptions options, Host host, ScaleWorld world) : IDisposable
{
    /// <summary>How often something is added.</summary>
    public const int Changes = 3;

    private const string Document = "/openstack/latest/meta_data.json";
    private const double RestMilliseconds = 3;

    // A compiler in the background makes pauses between its turns.
    private const int RestWindows = 10;
    private static readonly IPAddress MetadataAddress = IPAddress.Parse(GuestNetwork.MetadataAddress);
    private static readonly IPEndPoint Ours = new(MetadataAddress, 80);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RestWindow = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private readonly NamespaceSockets _sockets = new();

    /// <summary>Length of a round of load.</summary>
    public static double SecondsOf(BenchOptions options) => options.Quick ? 1 : 2;

    public async Task<ScaleStep> MeasureAsync(string axis, CancellationToken cancellationToken)
    {
        var (networks, instances) = (world.Networks, world.Instances);
        var start = await StartAsync(cancellationToken);
        var asking = world.Asking();
        await CrowdLoad.ForAsync(asking, Ours, Document, options.Quick ? 2 : 6, cancellationToken);
        var warm = await WarmAsync(asking, cancellationToken);
        var memory = Memory();
        var instance = await AdditionsAsync(AddInstanceAsync, cancellationToken);
        var after = await AfterChangeAsync(asking, cancellationToken);
        var network = await AdditionsAsync(AddNetworkAsync, cancellationToken);
        return new(axis, networks, instances, asking.Guests.Count, start, warm, memory, after, instance, network, await IdleAsync(cancellationToken));
    }

    public void Dispose() => _sockets.Dispose();

    // The program alone: what dnsmasq needs does not depend on whose metadata it is. Programs it runs to their end count.
    private CpuTime Cpu() => ProcessCpu.Time([world.Firstlight.Pid], host.TicksPerSecond);

    private long Memory() => ProcessCpu.MemoryKiB([world.Firstlight.Pid]);

    private async Task<ScaleStart> StartAsync(CancellationToken cancellationToken)
    {
        await world.Firstlight.StopAsync();
        var begun = Stopwatch.GetTimestamp();
        var ready = world.Firstlight.StartAsync(cancellationToken);
        // Asked more often than the program is asked whether it is ready, which costs it more.
        await UntilAsync(() => IsAnsweredAsync(world.First, 0, cancellationToken), cancellationToken);
        var answered = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await ready;
        return new(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, answered, Cpu().Total / 1000, Memory());
    }

    private async Task<Measure> WarmAsync(Place asking, CancellationToken cancellationToken)
    {
        var nginx = new IPEndPoint(MetadataAddress, 8080);
        var onFirst = world.AskingOnFirst();
        var measures = await Turns.MeasureAsync(
            options.Rounds, host, [world.Firstlight, world.Nginx],
            [
                new Asking<Peers.Peer>("closed", $"{BenchOptions.Connections} requests at a time, each on a new connection.", (peer, token) =>
                    peer == world.Nginx ? CrowdLoad.ForAsync(onFirst, nginx, Document, SecondsOf(options), token) : CrowdLoad.ForAsync(asking, Ours, Document, SecondsOf(options), token)),
            ], cancellationToken);
        return measures[0];
    }

    private async Task<FirstRequests> AfterChangeAsync(Place asking, CancellationToken cancellationToken)
    {
        var before = Cpu();
        // A few at a time, so that none waits for long.
        var asked = await CrowdLoad.OnceAsync(asking, Ours, Document, connections: 4, cancellationToken);
        return new((int)asked.Requests, asked.FailedResponses, (Cpu() - before).Total / asked.Requests, asked.P50Ms);
    }

    private async Task<IReadOnlyList<Addition>> AdditionsAsync(Func<CancellationToken, Task<(double ApplyMs, double AnsweredMs)>> add, CancellationToken cancellationToken)
    {
        var additions = new List<Addition>();
        for (var i = 0; i < Changes; i++)
        {
            await RestAsync(cancellationToken);
            var before = Cpu();
            var (apply, answered) = await add(cancellationToken);
            await RestAsync(cancellationToken);
            additions.Add(new(apply, answered, (Cpu() - before).Total / 1000));
        }

        return additions;
    }

    private Task<(double ApplyMs, double AnsweredMs)> AddInstanceAsync(CancellationToken cancellationToken)
    {
        var (network, guest) = world.NewInstance();
        return AddAsync(BenchCloudFile.Servers([(network, guest)]).Single(), () => IsAnsweredAsync(network, guest, cancellationToken), cancellationToken);
    }

    private Task<(double ApplyMs, double AnsweredMs)> AddNetworkAsync(CancellationToken cancellationToken)
    {
        var network = world.NewNetwork();
        var file = BenchCloudFile.Networks([network]) + BenchCloudFile.Servers([(network, 0)]).Single();
        return AddAsync(file, () => ListensAsync(network, cancellationToken), cancellationToken);
    }

    private async Task<(double ApplyMs, double AnsweredMs)> AddAsync(string file, Func<Task<bool>> isThere, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        await world.Firstlight.ApplyAsync([file], cancellationToken);
        var applied = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await UntilAsync(isThere, cancellationToken);
        return (applied, Stopwatch.GetElapsedTime(begun).TotalMilliseconds - applied);
    }

    private async Task<double> IdleAsync(CancellationToken cancellationToken)
    {
        await RestAsync(cancellationToken);
        var (before, begun) = (Cpu(), Stopwatch.GetTimestamp());
        // Longer than the program's own look at the host every half minute.
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 3 : 31), cancellationToken);
        return (Cpu() - before).Total / 1000 / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var (last, calm) = (Cpu().Total, 0);
        while (calm < RestWindows)
        {
            await Task.Delay(RestWindow, cancellationToken);
            var now = Cpu().Total;
            calm = (now - last) / 1000 < RestMilliseconds ? calm + 1 : 0;
            last = now;
            if (Stopwatch.GetElapsedTime(begun) > Longest) throw new BenchException("firstlight does not come to rest");
        }
    }

    private async Task<bool> IsAnsweredAsync(GuestNetwork network, int guest, CancellationToken cancellationToken)
    {
        try
        {
            var (status, body) = await BootStorm.GetAsync(_sockets, network.GuestNamespaceFile, network.Guest(guest).Address, Ours, Document, cancellationToken);
            return status == 200 && body.Contains(network.IdOf(guest).ToString(), StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // From inside its namespace, as nobody that it knows: any answer will do.
    private async Task<bool> ListensAsync(GuestNetwork network, CancellationToken cancellationToken)
    {
        try
        {
            return (await BootStorm.GetAsync(_sockets, $"/run/netns/{network.ServerNamespace}", MetadataAddress, Ours, Document, cancellationToken)).Status > 0;
        }
        catch (Exception e) when (e is SocketException or NamespaceSocketException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > Longest) throw new BenchException("firstlight does not answer what was added");
            await Task.Delay(Look, cancellationToken);
        }
    }
}
