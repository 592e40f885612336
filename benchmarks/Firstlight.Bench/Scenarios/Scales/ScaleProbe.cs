using System.Diagnostics;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>What is measured at one size: a start, load, a change and what it costs the others, things added, and rest.</summary>
internal sealed class ScaleProbe(BenchOptions options, Host host, ScaleWorld world) : IDisposable
{
    /// <summary>How often something is added.</summary>
    public const int Changes = 3;

    // A round of looks at 4,000 networks takes seven minutes, one like the other.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(1);

    private readonly Rest _rest = new(world.Firstlight, host.TicksPerSecond);
    private readonly Reach _reach = new();

    /// <summary>Length of a round of load.</summary>
    public static double SecondsOf(BenchOptions options) => options.Quick ? 1 : 2;

    public async Task<ScaleStep> MeasureAsync(string axis, CancellationToken cancellationToken)
    {
        var (networks, instances) = (world.Networks, world.Instances);
        var start = await StartAsync(cancellationToken);
        // Much of a program that has just started is compiled meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(options.Quick ? 3 : 10), cancellationToken);
        var asking = world.Asking();
        await CrowdLoad.ForAsync(asking, Reach.Ours, Reach.Document, options.Quick ? 2 : 20, cancellationToken);
        var (first, everywhere) = await WarmAsync(asking, cancellationToken);
        var memory = Memory();
        var idle = await _rest.MeasureAsync(networks, TimeSpan.FromSeconds(options.Quick ? 3 : 9), LongestIdle, cancellationToken);
        var additions = new Additions(world.Firstlight, _rest);
        var instance = await additions.MeasureAsync(Changes, () => NewInstance(cancellationToken), cancellationToken);
        var after = await AfterChangeAsync(asking, cancellationToken);
        var network = await additions.MeasureAsync(Changes, () => NewNetwork(cancellationToken), cancellationToken);
        return new(axis, networks, instances, asking.Guests.Count, start, first, everywhere, memory, after, instance, network, idle.MsPerSecond) { IdleSeconds = idle.Seconds };
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

    // Two loads, since two things grow: networks that are only there, and networks that ask. nginx listens in the first network, haproxy in all that ask.
    private async Task<(Measure First, Measure Everywhere)> WarmAsync(Place asking, CancellationToken cancellationToken)
    {
        var onFirst = world.AskingOnFirst();
        var first = await TurnsAsync("first", "Guests of the first network ask.", world.Nginx, onFirst, NginxPeer.Port, cancellationToken);
        return (first, await TurnsAsync("everywhere", "Guests of up to 200 networks ask.", world.Haproxy, asking, HaproxyPeer.Port, cancellationToken));
    }

    private async Task<Measure> TurnsAsync(string name, string what, Peer other, Place guests, int port, CancellationToken cancellationToken)
    {
        var theirs = new IPEndPoint(Reach.Ours.Address, port);
        var measures = await Turns.MeasureAsync(
            options.Rounds, host, [world.Firstlight, other],
            [new Asking<Peer>(name, what, (peer, token) => CrowdLoad.ForAsync(guests, peer == other ? theirs : Reach.Ours, Reach.Document, SecondsOf(options), token))], cancellationToken);
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
