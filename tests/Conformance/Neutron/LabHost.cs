using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>
/// The host that Neutron's agents work on: network, mount and process namespaces of its own, so that nothing of this machine is seen or touched, ports are
/// the usual ones, and whatever they leave behind ends with it. See <c>lab/host.sh</c>.
/// </summary>
internal sealed class LabHost : IAsyncDisposable
{
    private readonly NamespaceSockets _sockets = new();
    private readonly Process? _holder;
    private readonly int _process;
    private readonly bool _stays;

    private LabHost(string directory, int process, bool stays, Process? holder)
    {
        Root = directory;
        _process = process;
        _stays = stays;
        _holder = holder;
    }

    /// <summary>Of the lab's files; the same path inside and outside.</summary>
    public string Root { get; }

    /// <summary>Makes one that ends with this process, or that stays.</summary>
    public static async Task<LabHost> StartAsync(string directory, bool stays)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("the lab makes namespaces: run these tests as root");
        // In a session of its own, so that Ctrl-C ends the tests first.
        var start = new ProcessStartInfo("setsid", ["--wait", Path.Combine(Lab.Files, "host.sh"), directory, stays ? "stay" : "hold"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        var holder = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        if (await holder.StandardOutput.ReadLineAsync(deadline.Token) != "up") throw new InvalidOperationException("network, mount and process namespaces cannot be made here");
        return new LabHost(directory, Pid(directory), stays, holder);
    }

    /// <summary>Finds one that stayed; null when there is none.</summary>
    public static LabHost? Find(string directory) =>
        File.Exists(Path.Combine(directory, "host.pid")) && Directory.Exists($"/proc/{Pid(directory)}/root/run/netns") ? new LabHost(directory, Pid(directory), stays: true, null) : null;

    /// <summary>What to run for <paramref name="command"/> to run on the lab's host.</summary>
    public ProcessStartInfo Command(params string[] command)
    {
        string[] enter = [$"--net=/proc/{_process}/ns/net", $"--mount=/proc/{_process}/ns/mnt", $"--pid=/proc/{_process}/ns/pid_for_children", "--"];
        var start = new ProcessStartInfo("nsenter", [.. enter, .. command]) 
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["PATH"] = Lab.SystemPath;
        return start;
    }

    /// <summary>Runs a program on the lab's host to its end.</summary>
    public async Task<Ended> TryAsync(params string[] command)
    {
        using var process = Process.Start(Command(command)) ?? throw new InvalidOperationException("nsenter is missing: ./setup installs util-linux");
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(deadline.Token);
        return new Ended(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a program that must succeed.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(params string[] command)
    {
        var ended = await TryAsync(command);
        return ended.ExitCode == 0 ? ended.Output : throw new InvalidOperationException($"{string.Join(' ', command)}: {ended}");
    }

    /// <summary>Connects from the lab's host, or from a named namespace on it.</summary>
    public async Task<Socket> ConnectAsync(IPEndPoint to, string? @namespace, CancellationToken cancellationToken)
    {
        var from = @namespace is null ? $"/proc/{_process}/ns/net" : $"/proc/{_process}/root/run/netns/{@namespace}";
        var socket = _sockets.OpenStream(from, to.AddressFamily);
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether somebody listens on a port of the lab's loopback.</summary>
    public async Task<bool> ListensAsync(int port)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var socket = await ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), null, deadline.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Names of the network namespaces.</summary>
    public IReadOnlyList<string> Namespaces() => [.. Directory.EnumerateFiles($"/proc/{_process}/root/run/netns").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Processes that run on it: id there, and command line. Those that ended and were not yet waited for are left out.</summary>
    public IReadOnlyList<(int Id, string CommandLine)> Processes()
    {
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories($"/proc/{_process}/root/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var line = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim();
                if (line.Length > 0) found.Add((id, line));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    /// <summary>Whether a process runs. One that is becoming another program has no command line for a moment, and runs all the same.</summary>
    public bool Runs(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{_process}/root/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Ends it although it was to stay.</summary>
    public void Abandon()
    {
        using var process = Process.GetProcessById(_process);
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        _sockets.Dispose();
        if (_holder is null) return;
        _holder.StandardInput.Close();
        if (_stays) return;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _holder.WaitForExitAsync(deadline.Token);
        _holder.Dispose();
    }

    private static int Pid(string directory) => int.Parse(File.ReadAllText(Path.Combine(directory, "host.pid")), CultureInfo.InvariantCulture);
}
