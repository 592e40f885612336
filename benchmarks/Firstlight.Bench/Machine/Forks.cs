using System.Globalization;

namespace Firstlight.Bench.Machine;

/// <summary>Processes and threads the whole machine has made since it started (proc_stat(5)): what somebody made meanwhile is told by two looks.</summary>
internal static class Forks
{
    public static long SoFar() => long.Parse(File.ReadLines("/proc/stat").First(l => l.StartsWith("processes ", StringComparison.Ordinal)).AsSpan("processes ".Length), CultureInfo.InvariantCulture);
}
