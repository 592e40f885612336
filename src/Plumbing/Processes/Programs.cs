namespace Firstlight.Plumbing.Processes;

/// <summary>The programs the plumber runs, and where they come from.</summary>
internal static class Programs
{
    /// <summary>Program → Debian package that has it.</summary>
    public static readonly (string Program, string Package)[] Needed =
    [
        ("ip", "iproute2"), ("nft", "nftables"), ("dnsmasq", "dnsmasq-base"), ("nsenter", "util-linux"),
    ];

    /// <summary>The same for networks whose metadata haproxy takes to the agent's socket.</summary>
    public static readonly (string Program, string Package) Haproxy = ("haproxy", "haproxy");

    // Debian keeps these out of the PATH of ordinary users and of some service managers.
    private static readonly string[] SystemDirectories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>PATH for programs that start others.</summary>
    public static string SearchPath { get; } = string.Join(':', Directories());

    /// <summary>Full path of a program, or null when it is nowhere.</summary>
    public static string? Find(string program) =>
        Directories().Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Directories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(SystemDirectories).Distinct();
}
