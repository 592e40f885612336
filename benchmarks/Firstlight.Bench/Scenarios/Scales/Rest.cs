using System.Diagnostics;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>Waits until the program does no more than it does when nobody wants anything.</summary>
internal sealed class Rest(FirstlightPeer firstlight, int ticksPerSecond)
{
    private const double Milliseconds = 3;

    // A compiler in the background makes pauses between its turns.
    private const int Windows = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>What it is known to use all the time, in milliseconds a second. Default nothing.</summary>
    public double Always { get; set; }

    /// <summary>Time of the program alone: what dnsmasq needs does not depend on whose metadata it is. Programs it runs to their end count.</summary>
    public CpuTime Cpu() => ProcessCpu.Time([firstlight.Pid], ticksPerSecond);

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
