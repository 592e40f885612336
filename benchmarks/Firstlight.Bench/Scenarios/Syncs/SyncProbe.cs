using System.Diagnostics;
using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Scales;

namespace Firstlight.Bench.Scenarios.Syncs;

/// <summary>What is measured of a host with so many networks: making them, starting over them, keeping them, one more of them.</summary>
/// <param name="options">How.</param>
/// <param name="host">Where.</param>
/// <param name="firstlight">The program, with an empty inventory, not running yet.</param>
/// <param name="networks">The networks; none is there yet.</param>
internal sealed class SyncProbe(BenchOptions options, Host host, FirstlightPeer firstlight, IReadOnlyList<GuestNetwork> networks) : IDisposable
{
    /// <summary>Ports of each network.</summary>
    public const int Ports = 5;

    // Networks added before those that count, so that neither what runs for the first time counts nor the runtime's compiler, which takes up what ran often for some ten additions.
    private const int NotCounted = 12;
    private readonly Rest _rest = new(firstlight, host.TicksPerSecond);
    private readonly Reach _reach = new();
    private int _new;

    /// <summary>Networks added at each size.</summary>
    public static int AdditionsOf(BenchOptions options) => options.Quick ? 3 : 9;

    /// <summary>A network as all of them are.</summary>
    public static GuestNetwork Network(int number) => new(number) { Guests = Ports - 1, Plugged = [0] };

    /// <param name="plug">Plugs guests into the first and the last network.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SyncSize> MeasureAsync(Func<IReadOnlyList<GuestNetwork>, Task> plug, CancellationToken cancellationToken)
    {
        Say($"an inventory of {networks.Count} networks and {networks.Count * Ports} ports");
        await firstlight.ApplyAsync(BenchCloudFile.Render(networks), cancellationToken);
        var first = await StartAsync(cancellationToken);
        Say($"made in {first.Seconds:F1} s, {first.Cpu:F1} s CPU");
        GuestNetwork[] plugged = [networks[0], networks[^1]];
        await plug(plugged);
        await AllAnswerAsync(plugged, cancellationToken);
        var again = await AgainAsync(cancellationToken);
        await AllAnswerAsync(plugged, cancellationToken);
        var sweep = await SweepAsync(cancellationToken);
        var dnsmasq = firstlight.MemoryKiB() - Memory();
        return new(networks.Count, first, again, sweep, await AddedAsync(cancellationToken), dnsmasq);
    }

    public void Dispose() => _reach.Dispose();

    private long Memory() => ProcessCpu.MemoryKiB([firstlight.Pid]);

    private async Task<SyncStart> StartAsync(CancellationToken cancellationToken)
    {
        var (forks, begun) = (Forks.SoFar(), Stopwatch.GetTimestamp());
        await firstlight.TellAsync(firstlight.StartAsync(cancellationToken));
        var (seconds, cpu) = (Stopwatch.GetElapsedTime(begun).TotalSeconds, _rest.Cpu());
        await firstlight.UntilReadyAsync(cancellationToken);
        return new(seconds, cpu.User / 1e6, cpu.System / 1e6, Forks.SoFar() - forks, Memory());
    }

    private async Task<IReadOnlyList<SyncStart>> AgainAsync(CancellationToken cancellationToken)
    {
        var starts = new List<SyncStart>();
        for (var i = 1; i <= options.Rounds; i++)
        {
            await firstlight.StopAsync();
            var start = await StartAsync(cancellationToken);
            Say($"again {i}/{options.Rounds}: {start.Seconds:F2} s, CPU {start.User:F2} s + {start.System:F2} s");
            starts.Add(start);
        }

        return starts;
    }

    // In order is what the program says; that it is so is seen from inside.
    private async Task AllAnswerAsync(IReadOnlyList<GuestNetwork> plugged, CancellationToken cancellationToken)
    {
        foreach (var network in networks)
        {
            if (!await _reach.ListensAsync(network, cancellationToken)) throw new BenchException($"network {network.NetworkId} does not listen, although all is said to be in order");
        }

        foreach (var network in plugged) await Reach.UntilAsync(() => _reach.IsAnsweredAsync(network, 0, cancellationToken), cancellationToken);
    }

    private async Task<SyncSweep> SweepAsync(CancellationToken cancellationToken)
    {
        var sweep = await _rest.MeasureAsync(networks.Count, TimeSpan.FromSeconds(options.Quick ? 6 : 30), TimeSpan.MaxValue, cancellationToken);
        Say($"{sweep.MsPerSecond:F1} ms CPU a second, {sweep.MemoryKiB / 1024} MiB, {sweep.Descriptors} descriptors");
        return sweep;
    }

    private async Task<IReadOnlyList<Addition>> AddedAsync(CancellationToken cancellationToken)
    {
        var additions = new Additions(firstlight, _rest);
        await additions.MeasureAsync(options.Quick ? 2 : NotCounted, () => New(cancellationToken), cancellationToken);
        var added = await additions.MeasureAsync(AdditionsOf(options), () => New(cancellationToken), cancellationToken);
        Say($"one more listens after {Texts.Range(Spread.Of(added.Select(a => a.WholeMs)), Texts.Digits)} ms: {Texts.Range(Spread.Of(added.Select(a => a.ApplyMs)), Texts.Digits)} ms applied, {Texts.Range(Spread.Of(added.Select(a => a.AnsweredMs)), Texts.Digits)} ms from its end");
        return added;
    }

    private (string File, Func<Task<bool>> IsThere) New(CancellationToken cancellationToken)
    {
        var network = Network(GuestNetwork.LastNumber - _new++);
        return (string.Concat(BenchCloudFile.Render([network])), () => _reach.ListensAsync(network, cancellationToken));
    }

    private static void Say(FormattableString line) => Console.WriteLine("      " + line.ToString(CultureInfo.InvariantCulture));
}
