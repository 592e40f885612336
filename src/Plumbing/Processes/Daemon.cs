using System.Globalization;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Processes;

/// <summary>Where a daemon lives: how one that runs is known to be ours, and what goes with it.</summary>
/// <param name="Program">Its program, by name.</param>
/// <param name="Mark">Path, or beginning of one, that its command line names and that of no other process does.</param>
/// <param name="PidFile">Its pid file.</param>
/// <param name="Files">Files and directories removed with it.</param>
internal sealed record DaemonHome(string Program, string Mark, string PidFile, IReadOnlyList<string> Files)
{
    /// <summary>A file that is there while it may not have been told of what was written for it to reread.</summary>
    public string Untold => PidFile + ".untold";

    /// <summary>A dnsmasq with a directory of its own.</summary>
    public static DaemonHome Dnsmasq(string directory) => new("dnsmasq", directory + "/", Path.Combine(directory, "pid"), [directory]);
}

/// <summary>A daemon we want: it puts itself into the background and writes its own pid file.</summary>
/// <param name="Home">Where it lives.</param>
/// <param name="NetworkNamespace">Namespace it runs in.</param>
/// <param name="Arguments">Command line, program name first.</param>
internal sealed record DaemonSpec(DaemonHome Home, string NetworkNamespace, IReadOnlyList<string> Arguments);

/// <summary>A daemon that runs, held by descriptor.</summary>
internal sealed class Daemon : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly PidFd _process;

    private Daemon(int pid, PidFd process, string[] arguments, string? networkNamespace, bool isNamed)
    {
        Pid = pid;
        IsNamed = isNamed;
        _process = process;
        Arguments = arguments;
        NetworkNamespace = networkNamespace;
    }

    /// <summary>Process id.</summary>
    public int Pid { get; }

    /// <summary>Whether its pid file had its number when it was found.</summary>
    public bool IsNamed { get; }

    /// <summary>Command line it runs with.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Kernel identity of the namespace it is in, <c>net:[…]</c>.</summary>
    public string? NetworkNamespace { get; }

    /// <summary>The process, for a look at many at once.</summary>
    public PidFd Process => _process;

    /// <summary>Whether it ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Finds the one that lives somewhere: by its pid file, or, where that is lost, by looking at every process.</summary>
    public static Daemon? Find(DaemonHome home)
    {
        if (!home.Files.Any(Path.Exists)) return null;
        return Find(home, new DaemonCensus());
    }

    /// <summary>Finds the one that lives somewhere: by its pid file, or, where that is lost, among those of a census.</summary>
    public static Daemon? Find(DaemonHome home, DaemonCensus census) =>
        (ReadPid(home.PidFile) is { } pid ? TryHold(pid, home, isNamed: true) : null) ?? census.Of(home).Select(p => TryHold(p, home, isNamed: false)).FirstOrDefault(d => d is not null);

    /// <summary>How long ago a process started (proc_pid_stat(5), in ticks of 10 ms since the machine did); zero when that cannot be read.</summary>
    public static TimeSpan AgeOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromMilliseconds(Environment.TickCount64 - (long.Parse(fields[19], CultureInfo.InvariantCulture) * 10));
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>Whether it is the one wanted, in the namespace that has the name now.</summary>
    public bool Fits(DaemonSpec spec, string? namespaceIdentity) =>
        Arguments.SequenceEqual(spec.Arguments, StringComparer.Ordinal) && string.Equals(NetworkNamespace, namespaceIdentity, StringComparison.Ordinal);

    /// <summary>Makes it reread its files.</summary>
    /// <returns>False when it is gone.</returns>
    public bool Reload() => _process.Signal(PidFd.Hangup);

    /// <summary>Ends it: asked first, then forced after five seconds.</summary>
    public async Task StopAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        _process.Signal(PidFd.Terminate);
        if (await EndedWithinAsync(Patience, time, cancellationToken)) return;
        _process.Signal(PidFd.Kill);
        await EndedWithinAsync(Patience, time, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private async Task<bool> EndedWithinAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!HasExited)
        {
            if (time.GetElapsedTime(start) > patience) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellationToken);
        }

        return true;
    }

    private static Daemon? TryHold(int pid, DaemonHome home, bool isNamed)
    {
        // Held first and looked at afterwards: what is read then belongs to the process that is held, or it has ended.
        var process = PidFd.TryOpen(pid);
        if (process is null) return null;
        var arguments = ReadCommandLine(pid);
        if (IsOf(home, arguments) && !process.HasExited)
            return new Daemon(pid, process, arguments, NamespaceOf(pid), isNamed);
        process.Dispose();
        return null;
    }

    private static bool IsOf(DaemonHome home, string[] arguments) =>
        arguments.Length > 0 && string.Equals(Path.GetFileName(arguments[0]), home.Program, StringComparison.Ordinal)
        && arguments.Any(a => a.Contains(home.Mark, StringComparison.Ordinal));

    /// <summary>Command line of a process; empty when there is none of that number.</summary>
    public static string[] ReadCommandLine(int pid)
    {
        try
        {
            return SmallFile.TryRead($"/proc/{pid}/cmdline")?.TrimEnd('\0').Split('\0') ?? [];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string? NamespaceOf(int pid) => NamespaceInode.TryRead($"/proc/{pid}/ns/net") is { } inode ? NamespaceList.IdentityOf(inode) : null;

    private static int? ReadPid(string file)
    {
        try
        {
            return int.TryParse(SmallFile.TryRead(file), out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
