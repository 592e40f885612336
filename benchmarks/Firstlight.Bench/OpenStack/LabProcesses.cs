using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Conformance.Tests.Neutron;

namespace Firstlight.Bench.OpenStack;

/// <summary>Processes of a lab, which numbers them itself, by the ids they have on this machine.</summary>
internal sealed class LabProcesses(LabHost host)
{
    /// <summary>A service, by the pid file the lab keeps of it.</summary>
    public int Of(LabService service) => FromFile(Path.Combine(host.Root, "run", $"{service.Name}.pid"));

    /// <summary>A process whose id inside the lab is in a file.</summary>
    public int FromFile(string pidFile)
    {
        var id = int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture);
        return Here().TryGetValue(id, out var pid) ? pid : throw new BenchException($"no process {id} runs in the lab ({Path.GetFileName(pidFile)})");
    }

    /// <summary>Those whose command line has a word in it.</summary>
    public IReadOnlyList<int> Named(string word)
    {
        var here = Here();
        return [.. host.Processes().Where(p => p.CommandLine.Contains(word, StringComparison.Ordinal)).Select(p => here.GetValueOrDefault(p.Id)).Where(pid => pid > 0)];
    }

    /// <summary>Puts every process and thread on one processor; what they start stays there.</summary>
    public Task PinAsync(int processor) => host.RunAsync(
        "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"for p in /proc/[0-9]*; do taskset -a -cp {processor} ${{p#/proc/}} >/dev/null 2>&1; done; :"));

    // Ids inside and outside.
    private Dictionary<int, int> Here()
    {
        var holder = File.ReadAllText(Path.Combine(host.Root, "host.pid")).Trim();
        var space = new FileInfo($"/proc/{holder}/ns/pid_for_children").LinkTarget;
        var found = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (new FileInfo(Path.Combine(directory, "ns/pid")).LinkTarget != space) continue;
                var ids = File.ReadLines(Path.Combine(directory, "status")).First(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
                found[int.Parse(ids.AsSpan(ids.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture)] = pid;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }
}
