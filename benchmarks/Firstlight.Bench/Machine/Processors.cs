using System.Globalization;
using System.Runtime.InteropServices;

namespace Firstlight.Bench.Machine;

/// <summary>What all processors of the machine have done so far: what of it nobody here has asked for is what disturbs a measurement.</summary>
/// <param name="Busy">Microseconds they were at work.</param>
/// <param name="Stolen">Microseconds somebody outside this virtual machine had them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Processors(double Busy, double Stolen)
{
    public static Processors Now(int ticksPerSecond)
    {
        // cpu user nice system idle iowait irq softirq steal …, the sum of all.
        var f = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var tick = 1_000_000.0 / ticksPerSecond;
        return new((At(1) + At(2) + At(3) + At(6) + At(7)) * tick, At(8) * tick);

        long At(int field) => long.Parse(f[field], CultureInfo.InvariantCulture);
    }
}
