using System.Globalization;

namespace Firstlight.Plumbing.Processes;

/// <summary>What the kernel lets this process do (capabilities(7)).</summary>
public static class Capabilities
{
    private const int NetBindService = 10;
    private const int SysAdmin = 21;

    /// <summary>Whether listeners can be opened inside network namespaces, port 80 included.</summary>
    public static bool MayEnterNamespaces()
    {
        var effective = Effective(File.ReadAllText("/proc/self/status"));
        return Has(effective, SysAdmin) && Has(effective, NetBindService);
    }

    /// <summary>The effective set in the text of proc_pid_status(5); none where it has none.</summary>
    internal static ulong Effective(string status)
    {
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set) ? set : 0;
    }

    private static bool Has(ulong set, int capability) => (set & 1UL << capability) != 0;
}
