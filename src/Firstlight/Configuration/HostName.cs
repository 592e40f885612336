namespace Firstlight.Configuration;

/// <summary>The name this host goes by where no <c>host</c> is configured.</summary>
internal static class HostName
{
    /// <summary>What <c>gethostname</c> says, domain included.</summary>
    // Asked of the kernel's file: the framework's way brings name resolution and its metrics into every command.
    public static string OfThisHost() => File.ReadAllText("/proc/sys/kernel/hostname").TrimEnd('\n');
}
