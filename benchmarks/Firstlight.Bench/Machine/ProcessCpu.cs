using System.Globalization;
using System.Runtime.InteropServices;

namespace Firstlight.Bench.Machine;

/// <summary>Processor time, memory and descriptors of a server: of the process, of its descendants, and of those of both that have ended.</summary>
internal static partial class ProcessCpu
{
    private const int ExactClock = 2;

    /// <summary>
    /// Time so far. Those that run are asked for their exact time, which /proc rounds to clock ticks; those that have ended are known in ticks only.
    /// </summary>
    public static CpuTime Time(IEnumerable<int> pids, int ticksPerSecond, string? owning = null)
    {
        var sum = new CpuTime();
        foreach (var stat in Family(pids, owning)) sum += TimeOf(stat, ticksPerSecond);
        return sum;
    }

    /// <summary>Time of one process, and of the programs it started that have ended: at once, however many processes the machine has.</summary>
    public static CpuTime OfOne(int pid, int ticksPerSecond) => ReadStat(pid) is { } stat ? TimeOf(stat, ticksPerSecond) : default;

    /// <summary>Time of this process, and of the programs it started that have ended.</summary>
    public static CpuTime OfThis(int ticksPerSecond)
    {
        var stat = ReadStat(Environment.ProcessId)!;
        var tick = 1_000_000.0 / ticksPerSecond;
        return new(stat.User * tick, stat.System * tick);
    }

    /// <summary>User and system time so far, in clock ticks (<see cref="Host.TicksPerSecond"/>).</summary>
    public static (long User, long System) Ticks(IEnumerable<int> pids, string? owning = null)
    {
        long user = 0, system = 0;
        foreach (var stat in Family(pids, owning))
        {
            user += stat.User;
            system += stat.System;
        }

        return (user, system);
    }

    /// <summary>Resident memory in KiB, shared pages counted once (proportional set size).</summary>
    public static long MemoryKiB(IEnumerable<int> pids, string? owning = null)
    {
        long sum = 0;
        foreach (var stat in Family(pids, owning))
        {
            var line = Read($"/proc/{stat.Pid}/smaps_rollup")?.Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
            sum += line is null ? 0 : long.Parse(line.AsSpan(4, line.Length - 7).Trim(), CultureInfo.InvariantCulture);
        }

        return sum;
    }

    /// <summary>Descriptors a process has open.</summary>
    public static int Descriptors(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();

    /// <summary>Processes that name something on their command line.</summary>
    public static IEnumerable<int> Owned(string owning) => Family([], owning).Select(s => s.Pid);

    // A daemon such as dnsmasq is no descendant any more; it is known by the directory named on its command line.
    private static List<Stat> Family(IEnumerable<int> pids, string? owning)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? ReadStat(pid) : null)
            .OfType<Stat>()
            .ToDictionary(s => s.Pid);
        var roots = pids.ToHashSet();
        if (owning is not null)
        {
            roots.UnionWith(all.Keys.Where(pid => Read($"/proc/{pid}/cmdline")?.Contains(owning, StringComparison.Ordinal) == true));
        }

        roots.Remove(Environment.ProcessId);
        return all.Values.Where(s => Descends(s)).ToList();

        bool Descends(Stat stat)
        {
            for (var s = stat; s is not null; s = all.GetValueOrDefault(s.Parent))
            {
                if (roots.Contains(s.Pid))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private static CpuTime TimeOf(Stat stat, int ticksPerSecond)
    {
        var (tick, ticks) = (1_000_000.0 / ticksPerSecond, stat.OwnUser + stat.OwnSystem);
        // CPUCLOCK_SCHED of a process, as clock_getcpuclockid(3) makes it.
        var own = GetTime((~stat.Pid << 3) | ExactClock, out var time) == 0 ? (time.Seconds * 1e6) + (time.Nanoseconds / 1e3) : ticks * tick;
        var user = ticks == 0 ? own / 2 : own * stat.OwnUser / ticks;
        return new CpuTime(user, own - user) + new CpuTime((stat.User - stat.OwnUser) * tick, (stat.System - stat.OwnSystem) * tick);
    }

    private static Stat? ReadStat(int pid)
    {
        // The name in brackets may hold anything; fields are counted after the last bracket: state, parent, …
        if (Read($"/proc/{pid}/stat") is not { } text)
        {
            return null;
        }

        var f = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new(pid, int.Parse(f[1], CultureInfo.InvariantCulture), At(11), At(12), At(11) + At(13), At(12) + At(14));

        long At(int index) => long.Parse(f[index], CultureInfo.InvariantCulture);
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    // Own is that of the process; the rest is of its children that have ended.
    private sealed record Stat(int Pid, int Parent, long OwnUser, long OwnSystem, long User, long System);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
