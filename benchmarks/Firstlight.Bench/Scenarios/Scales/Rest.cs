using System.Diagnostics;
using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>The program when nobody wants anything: what it uses then, and waiting until it uses no more than that.</summary>
internal sealed class Rest(FirstlightPeer firstlight, int ticksPerSecond)
{
    private const double Milliseconds = 3;

    // A compiler in the background makes pauses between its turns.
    private const int Windows = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    // Of a program that has just started, much is compiled in its first looks.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Milliseconds of processor time it uses in a second all the time, since it looks at its networks; nothing before it was measured.</summary>
    public double Always { get; private set; }

    /// <summary>Time of the program alone: what dnsmasq needs does not depend on whose metadata it is. Programs it runs to their end count.</summary>
    public CpuTime Cpu() => ProcessCpu.OfOne(firstlight.Pid, ticksPerSecond);

    /// <summary>Measures what it uses while nobody wants anything; from then on that is rest.</summary>
    /// <param name="networks">Networks it looks at.</param>
    /// <param name="least">The least time; every network is looked at at least once, as far as <paramref name="most"/> lets it.</param>
    /// <param name="most">The most; of a longer round it sees a part, which is like the others.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SyncSweep> MeasureAsync(int networks, TimeSpan least, TimeSpan most, CancellationToken cancellationToken)
    {
        await Task.Delay(Settling, cancellationToken);
        // As the program spreads its looks (UnitQueue): 100 ms for each network and for the guard of all ports, from 3 s to 10 minutes in all.
        var round = Math.Clamp(0.100 * (networks + 1), 3, 600);
        var whole = TimeSpan.FromSeconds(Math.Ceiling(least.TotalSeconds / round) * round);
        var watched = whole < most ? whole : most;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      nobody changes anything for {watched.TotalSeconds:F0} s"));
        var (before, begun) = (Cpu(), Stopwatch.GetTimestamp());
        await Task.Delay(watched, cancellationToken);
        var (cpu, seconds) = (Cpu() - before, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        var sweep = new SyncSweep(seconds, round, cpu.Total / 1000, ProcessCpu.MemoryKiB([firstlight.Pid]), ProcessCpu.Descriptors(firstlight.Pid));
        Always = sweep.MsPerSecond;
        return sweep;
    }

    public async Task UntilAsync(CancellationToken cancellationToken)
    {
        // What it does all the time comes unevenly.
        var most = Milliseconds + (2 * Always * Window.TotalSeconds);
        var begun = Stopwatch.GetTimestamp();
        var (last, calm) = (Cpu().Total, 0);
        while (calm < Windows)
        {
            await Task.Delay(Window, cancellationToken);
            var now = Cpu().Total;
            calm = (now - last) / 1000 < most ? calm + 1 : 0;
            last = now;
            if (Stopwatch.GetElapsedTime(begun) > Longest) throw new BenchException("firstlight does not come to rest");
        }
    }
}
