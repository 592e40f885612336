using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Discover;

/// <summary>The registrations of haproxy stand-ins: a file each, and beside it a named pipe that the stand-in holds open as long as it lives.</summary>
internal sealed class StandInDirectory(string directory, TimeProvider time, ILogger logger)
{
    /// <summary>What the pipe of a registration is called: its name and this.</summary>
    public const string PipeSuffix = ".alive";

    private const int LargestRegistration = 16 * 1024;
    private const UnixFileMode OpenToOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // A stand-in makes its pipe a few milliseconds before its registration.
    private static readonly TimeSpan Unfinished = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (NamespaceInode File, StandIn? StandIn)> _read = new(StringComparer.Ordinal);
    private bool _refused;

    /// <summary>Makes the directory, so that it can be watched before the first stand-in comes.</summary>
    public void Prepare()
    {
        try
        {
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_refused) DiscoverLog.StandInsUnreadable(logger, directory, e.Message);
            _refused = true;
        }
    }

    /// <summary>Reads the live ones, newest first, and removes what dead ones left behind.</summary>
    /// <exception cref="IOException">The directory cannot be read now.</exception>
    public List<StandIn> Read()
    {
        var live = new List<(StandIn StandIn, DateTime Since)>();
        var info = new DirectoryInfo(directory);
        if (!info.Exists || !IsTrusted(info)) return [];
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in info.EnumerateFiles())
        {
            // Temporary files begin with a dot; a pipe is looked at with its registration.
            if (file.Name.StartsWith('.') || file.Name.EndsWith(PipeSuffix, StringComparison.Ordinal))
            {
                RemoveIfLeft(file);
                continue;
            }

            if (ControlPipe.Look(file.FullName + PipeSuffix) == PipeReader.Absent)
            {
                Remove(file.FullName);
                DiscoverLog.StandInDead(logger, file.Name);
                continue;
            }

            present.Add(file.Name);
            if (Describe(file) is { } standIn) live.Add((standIn, file.LastWriteTimeUtc));
        }

        foreach (var gone in _read.Keys.Where(name => !present.Contains(name)).ToArray()) _read.Remove(gone);
        live.Sort(static (a, b) => b.Since != a.Since ? b.Since.CompareTo(a.Since) : string.CompareOrdinal(a.StandIn.File, b.StandIn.File));
        return [.. live.Select(static entry => entry.StandIn)];
    }

    /// <summary>Tells a stand-in to end. It removes its registration itself.</summary>
    public void End(StandIn standIn) => ControlPipe.Say(Path.Combine(directory, standIn.File + PipeSuffix), "end\n"u8);

    // Whoever can write here can say whose guests a namespace's are.
    private bool IsTrusted(DirectoryInfo info)
    {
        var trusted = (info.UnixFileMode & OpenToOthers) == UnixFileMode.None;
        if (!trusted && !_refused) DiscoverLog.StandInsUnreadable(logger, directory, "others than its owner can write to it; make it mode 0755");
        _refused = !trusted;
        return trusted;
    }

    private StandIn? Describe(FileInfo file)
    {
        if (NamespaceInode.TryRead(file.FullName) is not { } inode) return null;
        if (_read.TryGetValue(file.Name, out var known) && known.File == inode) return known.StandIn;
        StandIn? standIn = null;
        var problem = "it is too large";
        try
        {
            if (file.Length <= LargestRegistration) standIn = StandIn.Parse(file.Name, File.ReadAllText(file.FullName), out problem);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        if (standIn is null) DiscoverLog.StandInUnusable(logger, file.Name, problem);
        else DiscoverLog.StandInCame(logger, standIn.Pid, standIn.Configuration, standIn.Scope);
        _read[file.Name] = (inode, standIn);
        return standIn;
    }

    private void RemoveIfLeft(FileInfo file)
    {
        if (time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc < Unfinished) return;
        var registration = file.FullName.EndsWith(PipeSuffix, StringComparison.Ordinal) ? file.FullName[..^PipeSuffix.Length] : null;
        if (registration is not null && (File.Exists(registration) || ControlPipe.Look(file.FullName) != PipeReader.Absent)) return;
        Delete(file.FullName);
    }

    private void Remove(string registration)
    {
        Delete(registration);
        Delete(registration + PipeSuffix);
    }

    private void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DiscoverLog.StandInLeft(logger, path, e.Message);
        }
    }
}
