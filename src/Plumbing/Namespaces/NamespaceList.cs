using System.Collections.Frozen;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The named network namespaces of this host.</summary>
internal static class NamespaceList
{
    /// <summary>Where iproute2 keeps them.</summary>
    public const string Directory = "/run/netns";

    // All namespaces are files of one file system.
    private static readonly Lazy<ulong> Home = new(() => NamespaceInode.TryRead("/proc/self/ns/net")?.Device ?? throw new IOException("/proc/self/ns/net cannot be read: is /proc mounted?"));

    /// <summary>Path of a namespace file.</summary>
    public static string PathOf(string name) => $"{Directory}/{name}";

    /// <summary>Kernel identity of one, in the form of <see cref="Read"/>; null when there is none of that name, or a file that is no namespace.</summary>
    public static string? IdentityOf(string name) =>
        NamespaceInode.TryRead(PathOf(name)) is { } inode && inode.Device == Home.Value ? IdentityOf(inode) : null;

    /// <summary>Kernel identity of a namespace by its inode.</summary>
    public static string IdentityOf(NamespaceInode inode) => $"net:[{inode.Inode}]";

    /// <summary>Reads them all: name → kernel identity (<c>net:[4026532177]</c>), the text /proc/PID/ns/net has for processes inside.</summary>
    public static FrozenDictionary<string, string> Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>Reads proc_pid_mountinfo(5). A file left without its mount (a crash inside <c>ip netns add</c>) is no namespace and is not listed.</summary>
    internal static FrozenDictionary<string, string> Parse(string mountInfo)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            if (fields.Length < 5 || !fields[3].StartsWith("net:[", StringComparison.Ordinal)) continue;
            var path = fields[4];
            var prefix = path.StartsWith("/run/netns/", StringComparison.Ordinal) ? "/run/netns/" : "/var/run/netns/";
            if (path.StartsWith(prefix, StringComparison.Ordinal)) found[path[prefix.Length..]] = fields[3];
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
