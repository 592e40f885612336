using System.Collections.Immutable;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What must be there before any network can be.</summary>
internal static class Preflight
{
    /// <summary>A readable line for each thing that is missing.</summary>
    public static ImmutableArray<string> Check(string stateDirectory, bool haproxy, bool isRoot, Func<string, string?> find)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        if (!isRoot) lines.Add("not root: namespaces, bridges and DHCP need it; run it with sudo");
        foreach (var (program, package) in haproxy ? [.. Programs.Needed, Programs.Haproxy] : Programs.Needed)
        {
            if (find(program) is null) lines.Add($"{program} is missing: ./setup installs it (Debian package {package})");
        }

        for (var directory = Path.GetFullPath(stateDirectory); directory is { Length: > 1 }; directory = Path.GetDirectoryName(directory))
        {
            if (Directory.Exists(directory) && !File.GetUnixFileMode(directory).HasFlag(UnixFileMode.OtherExecute))
                lines.Add($"{directory} lets nobody but its owner pass, and dnsmasq gives up root before it reads its files: chmod o+x {directory}");
        }

        return lines.ToImmutable();
    }
}
