using Firstlight.Agent.Tests.Discover;

namespace Firstlight.Agent.Tests.Support;

/// <summary>What this process has open. To be counted while no other test runs, see <see cref="ChurnCollection"/>.</summary>
internal static class Descriptors
{
    /// <summary>All but libraries, which the runtime opens when they are first needed.</summary>
    public static int Count() => Directory.GetFiles("/proc/self/fd").Count(static file => new FileInfo(file).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) == false);
}
