using System.Globalization;
using System.Text.RegularExpressions;

namespace Firstlight.Bench.Machine;

/// <summary>The machine and the programs a figure was taken with.</summary>
/// <param name="Cpu">Processor model.</param>
/// <param name="Cores">Processors online.</param>
/// <param name="MemoryMiB">Memory.</param>
/// <param name="Kernel">Kernel release.</param>
/// <param name="System">Distribution.</param>
/// <param name="TicksPerSecond">The unit of processor time in <c>/proc</c>.</param>
/// <param name="Commit">Commit of the checkout, short; with <c>-dirty</c> when files differ from it.</param>
/// <param name="Versions">Versions of the programs measured and measuring, by name.</param>
internal sealed partial record Host(
    string Cpu, int Cores, long MemoryMiB, string Kernel, string System, int TicksPerSecond, string Commit, IReadOnlyDictionary<string, string> Versions)
{
    /// <param name="root">The checkout.</param>
    /// <param name="programs">Programs measured beside ours, each with the arguments that make it say its version.</param>
    /// <param name="cancellationToken">Ends the programs asked.</param>
    public static async Task<Host> ReadAsync(string root, IEnumerable<(string Name, string[] Version)> programs, CancellationToken cancellationToken)
    {
        // Not Environment.ProcessorCount: that counts those we may run on.
        var cores = int.Parse(await Command.RunAsync(["getconf", "_NPROCESSORS_ONLN"], cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
        if (cores < 2)
        {
            throw new BenchException("two processors are needed: one for the server, one for the load");
        }

        var (_, commit, _) = await Command.TryAsync(["git", "-C", root, "rev-parse", "--short=10", "HEAD"], cancellationToken).ConfigureAwait(false);
        // Results and the table are what a run writes itself.
        var (_, changes, _) = await Command.TryAsync(["git", "-C", root, "status", "--porcelain", "--", ".", ":!benchmarks/results", ":!benchmarks/README.md"], cancellationToken).ConfigureAwait(false);
        var versions = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["dotnet"] = Environment.Version.ToString(),
            ["firstlight"] = await VersionAsync($"{root}/firstlight", "--version").ConfigureAwait(false),
            ["wrk"] = await VersionAsync("wrk", "-v").ConfigureAwait(false),
        };
        foreach (var (name, version) in programs) versions[name] = await VersionAsync(version).ConfigureAwait(false);
        return new(
            Field("/proc/cpuinfo", "model name"),
            cores,
            long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024,
            (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellationToken).ConfigureAwait(false)).Trim(),
            Field("/etc/os-release", "PRETTY_NAME").Trim('"'),
            int.Parse(await Command.RunAsync(["getconf", "CLK_TCK"], cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture),
            commit.Length == 0 ? "unknown" : commit.Trim() + (changes.Length == 0 ? "" : "-dirty"),
            versions);

        async Task<string> VersionAsync(params string[] command)
        {
            var (_, output, complaint) = await Command.TryAsync(command, cancellationToken).ConfigureAwait(false);
            return VersionNumber().Match(output + complaint) is { Success: true } m ? m.Value : "unknown";
        }
    }

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOfAny([':', '=']) + 1)..].Trim()
            : "unknown";

    [GeneratedRegex(@"\d+\.\d+[-+.\w]*", RegexOptions.None, 1000)]
    private static partial Regex VersionNumber();
}
