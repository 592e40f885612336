using System.Diagnostics;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>What is measured at one size: a start, load, a change and what it costs the others, things added, and rest.</summary>
internal sealed class ScaleProbe(BenchOptions options, Host host, ScaleWorld world) : IDisposable
{
    /// <summary>How often something is added.</summary>
    public const int Changes = 3;

    private readonly Rest _rest = new(world.Firstlight, host.TicksPerSecond);
    private readonly Reach _reach = new();

    /// <summary>Length of a round of load.</summary>
    public static double SecondsOf(BenchOptions options) => options.Quick ? 1 : 2;

    public async Task<ScaleStep> MeasureAsync(string axis, CancellationToken cancellationToken)
    {
        var (networks, instances) = (world.Networks, world.Instances);
        var start = await StartAsync(cancellationToken);
        var asking = world.Asking();
        await CrowdLoad.ForAsync(asking, Reach.Ours, Reach.Document, options.Quick ? 2 : 6, cancellationToken);
        var warm = await WarmAsync(asking, cancellationToken);
        var memory = Memory();
        var idle = await _rest.MeasureAsync(networks, TimeSpan.FromSeconds(options.Quick ? 3 : 9), cancellationToken);
        var additions = new Additions(world.Firstlight, _rest);
        var instance = await additions.MeasureAsync(Changes, () => NewInstance(cancellationToken), cancellationToken);
        var after = await AfterChangeAsync(asking, cancellationToken);
        var network = await additions.MeasureAsync(Changes, () => NewNetwork(cancellationToken), cancellationToken);
        return new(axis, networks, instances, asking.Guests.Count, start, warm, memory, after, instance, network, idle.MsPerSecond);
    }

    public void Dispose() => _reach.Dispose();

    private long Memory() => ProcessCpu.MemoryKiB([world.Firstlight.Pid]);

    private async Task<ScaleStart> StartAsync(CancellationToken cancellationToken)
    {
        await world.Firstlight.StopAsync();
        var begun = Stopwatch.GetTimestamp();
        var ready = world.Firstlight.StartAsync(cancellationToken);
        // Asked more often than the program is asked whether it is ready, which costs it more.
        await Reach.UntilAsync(() => _reach.IsAnsweredAsync(world.First, 0, cancellationToken), cancellationToken);
        var answered = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        await ready;
        return new(Stopwatch.GetElapsedTime(begun).TotalMilliseconds, answered, _rest.Cpu().Total / 1000, Memory());
    }

    private async Task<Measure> WarmAsync(Place asking, CancellationToken cancellationToken)
    {
        var nginx = new IPEndPoint(Reach.Ours.Address, 8080);
        var onFirst = world.AskingOnFirst();
        var measures = await Turns.MeasureAsync(
            options.Rounds, host, [world.Firstlight, world.Nginx],
            [
                new Asking<Peers.Peer>("closed", $"{BenchOptions.Connections} requests at a time, each on a new connection.", (peer, token) =>
                    peer == world.Nginx ? CrowdLoad.ForAsync(onFirst, nginx, Reach.Document, SecondsOf(options), token) : CrowdLoad.ForAsync(asking, Reach.Ours, Reach.Document, SecondsOf(options), token)),
            ], cancellationToken);
        return measures[0];
    }

    private async Task<FirstRequests> AfterChangeAsync(Place asking, CancellationToken cancellationToken)
    {
        var before = _rest.Cpu();
        // A few at a time, so that none waits for long.
        var asked = await CrowdLoad.OnceAsync(asking, Reach.Ours, Reach.Document, connections: 4, cancellationToken);
        return new((int)asked.Requests, asked.FailedResponses, (_rest.Cpu() - before).Total / asked.Requests, asked.P50Ms);
    }

    private (string File, Func<Task<bool>> IsThere) NewInstance(CancellationToken cancellationToken)
    {
        var (network, guest) = world.NewInstance();
        return (BenchCloudFile.Servers([(network, guest)]).Single(), () => _reach.IsAnsweredAsync(network, guest, cancellationToken));
    }

    private (string File, Func<Task<bool>> IsThere) NewNetwork(CancellationToken cancellationToken)
    {
        var network = world.NewNetwork();
        return (string.Concat(BenchCloudFile.Render([network])), () => _reach.ListensAsync(network, cancellationToken));
    }
}
