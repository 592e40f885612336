namespace Firstlight.Plumbing.Processes;

/// <summary>All processes of this host at one moment, by the paths on their command lines: one look for all daemons whose pid files are lost. Thread-safe.</summary>
internal sealed class DaemonCensus
{
    private readonly Lazy<ILookup<string, int>> _byPath = new(Take);

    /// <summary>Processes that name a daemon's mark.</summary>
    public IEnumerable<int> Of(DaemonHome home) => _byPath.Value[home.Mark];

    // A mark is a file, or a directory with a slash at its end.
    private static ILookup<string, int> Take() => (
        from directory in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(directory), out var number) ? number : 0
        where pid > 0
        from mark in Daemon.ReadCommandLine(pid).SelectMany(Marks).Distinct(StringComparer.Ordinal)
        select (mark, pid)).ToLookup(p => p.mark, p => p.pid, StringComparer.Ordinal);

    private static IEnumerable<string> Marks(string argument)
    {
        var path = argument[(argument.IndexOf('=', StringComparison.Ordinal) + 1)..];
        if (path is not ['/', ..]) yield break;
        yield return path;
        yield return Path.GetDirectoryName(path) + "/";
    }
}
