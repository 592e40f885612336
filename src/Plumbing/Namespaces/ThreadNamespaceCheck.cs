namespace Firstlight.Plumbing.Namespaces;

/// <summary>Looks for threads of this process that are stuck in a foreign network namespace. There must never be one: see the namespace window.</summary>
public static class ThreadNamespaceCheck
{
    private const int Looks = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Counts threads whose network namespace is not that of the process's first thread.</summary>
    /// <returns>0 when all is well. Some ten microseconds a thread; waits a few milliseconds more only when something is found.</returns>
    public static int CountInfected()
    {
        // A thread may be away on purpose for a moment (the plumbing's own windows): only one that is away at every look is stuck.
        HashSet<string>? stuck = null;
        for (var look = 0; look < Looks; look++)
        {
            var away = NamespaceSocketsWindow.WhileClosed(Away);
            if (stuck is null) stuck = away;
            else stuck.IntersectWith(away);
            if (stuck.Count == 0) return 0;
            if (look < Looks - 1) Thread.Sleep(Pause);
        }

        return stuck!.Count;
    }

    private static HashSet<string> Away()
    {
        var home = Read($"/proc/{Environment.ProcessId}");
        var away = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            var there = Read(task);
            if (there is not null && there != home) away.Add(task);
        }

        return away;
    }

    // Null for a thread that ended meanwhile.
    private static string? Read(string task)
    {
        try
        {
            return new FileInfo($"{task}/ns/net").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
