using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Syncs;

/// <summary>haproxies in the namespaces of networks that stand, one each, as Neutron starts them. Nobody asks them anything.</summary>
internal static class Haproxies
{
    private const int Few = 20;
    private const int Many = 40;

    // 169.254.169.254 as proc_pid_net_tcp(5) has it.
    private static readonly string Listening = string.Create(CultureInfo.InvariantCulture, $" FEA9FEA9:{HaproxyPeer.Port:X4} 00000000:0000 0A ");

    /// <param name="directory">Where their files are made.</param>
    /// <param name="networks">Networks that have the address; at least 40.</param>
    /// <param name="undo">Ends them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<HaproxyMemory> MeasureAsync(string directory, IReadOnlyList<GuestNetwork> networks, Undo undo, CancellationToken cancellationToken)
    {
        var pids = new List<int>();
        var few = await GrowAsync(Few);
        return new(Few, few, Many, await GrowAsync(Many));

        async Task<long> GrowAsync(int count)
        {
            while (pids.Count < count)
            {
                var own = Path.Combine(directory, pids.Count.ToString(CultureInfo.InvariantCulture));
                var launch = await HaproxyPeer.PrepareAsync(own, Path.Combine(own, "nobody"), networks[pids.Count], cancellationToken);
                var daemon = undo.Add("haproxy", launch.Start());
                await daemon.UntilAsync("it listens", _ => Task.FromResult(Listens(daemon.Pid)), TimeSpan.FromSeconds(15), cancellationToken);
                pids.Add(daemon.Pid);
            }

            return ProcessCpu.MemoryKiB(pids);
        }
    }

    private static bool Listens(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/net/tcp").Any(l => l.Contains(Listening, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It ended; whoever waits for it is told so.
            return false;
        }
    }
}
