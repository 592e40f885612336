using System.Globalization;
using System.Runtime.InteropServices;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Discover;

/// <summary>A directory of one test: what Neutron writes for its haproxies, and where stand-ins register.</summary>
internal sealed class StandInHost : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("flt-");
    private readonly List<StandInProcess> _started = [];

    public string Registrations => Path.Combine(_directory.FullName, "stand-in");

    public string[] Registered() => Directory.Exists(Registrations) ? Directory.GetFiles(Registrations) : [];

    /// <summary>Writes a configuration and calls the stand-in as Neutron calls haproxy.</summary>
    public StandInProcess Start(TestNamespace space, string id, string configuration)
    {
        var process = new StandInProcess(id, PidFile(id));
        _started.Add(process);
        var (succeeded, output) = TryRun(space, "-f", Write(id, configuration));
        Assert.True(succeeded, output);
        return process;
    }

    public string PidFile(string id) => Path.Combine(_directory.FullName, $"{id}.pid.haproxy");

    public string Write(string id, string configuration)
    {
        var path = Path.Combine(_directory.FullName, $"{id}.conf");
        File.WriteAllText(path, configuration.Replace("PIDFILE", PidFile(id), StringComparison.Ordinal).Replace("UUID", id, StringComparison.Ordinal));
        return path;
    }

    public (bool Succeeded, string Output) TryRun(TestNamespace space, params string[] arguments)
    {
        var succeeded = Ip.TryTool(
            "ip", out var output, ["netns", "exec", space.Name, "env", $"FIRSTLIGHT_STAND_IN_DIR={Registrations}", "PROCESS_TAG=haproxy-test", "sh", Script, .. arguments]);
        return (succeeded, output);
    }

    public void Dispose()
    {
        foreach (var process in _started) process.Signal(9);
        _directory.Delete(recursive: true);
    }

    private static string Script { get; } = Path.Combine(Repository(), "deploy", "haproxy-stand-in", "haproxy");

    private static string Repository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Firstlight.slnx"))) return at.FullName;
        throw new DirectoryNotFoundException("the tests must run from inside the repository: no Firstlight.slnx above them");
    }
}

/// <summary>A stand-in that stays, seen as Neutron sees it.</summary>
internal sealed partial class StandInProcess(string id, string pidFile)
{
    private int _pid;

    public int Pid => _pid != 0 ? _pid : _pid = int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture);

    /// <summary>Neutron's rule: the pid file can be read and the id is in the command line. A process nobody collected has none.</summary>
    public bool IsActive()
    {
        try
        {
            return File.ReadAllText($"/proc/{Pid}/cmdline").Contains(id, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Signals it, but never another process that has its number by now.</summary>
    public void Signal(int signal)
    {
        if ((_pid != 0 || File.Exists(pidFile)) && IsActive()) _ = kill(Pid, signal);
    }

    public Task HasEnded() => Eventually.IsTrue(() => !IsActive(), "the stand-in ended");

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
