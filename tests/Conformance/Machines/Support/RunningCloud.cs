using System.Diagnostics;
using System.Text;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Links;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>A <c>standalone</c> of its own with one cloud in it, and taps for its guests; gone afterwards whatever happened.</summary>
internal sealed class RunningCloud : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-cloud-").FullName;
    private readonly StringBuilder _log = new();
    private readonly List<string> _taps = [];
    private Uri _ready = new("about:blank");
    private Process? _process;

    private RunningCloud()
    {
        // dnsmasq reads its files there after it dropped root.
        Directory.Delete(_directory);
        StateDirectory.Make(_directory);
    }

    public Cloud Cloud { get; private set; } = Cloud.Empty;

    /// <summary>What standalone logged so far, at debug level.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    private string ConfigFile => Path.Combine(_directory, "firstlight.conf");

    /// <summary>Loads the cloud file and starts; returns when every network stands.</summary>
    /// <param name="cloudFile">YAML as <c>firstlight apply</c> takes it.</param>
    /// <param name="serve">False: the inventory is loaded, and nothing runs.</param>
    public static async Task<RunningCloud> StartAsync(string cloudFile, bool serve = true)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("virtual machines are plugged into bridges: run these tests as root");
        var cloud = new RunningCloud();
        try
        {
            await cloud.LoadAsync(cloudFile);
            if (serve) await cloud.ServeAsync();
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    public Server Server(string name) => Cloud.Servers.Values.Single(server => server.Name == name);

    public IReadOnlyList<Port> PortsOf(Server server) => [.. Cloud.Ports.Values.Where(port => port.DeviceId == server.Id).OrderBy(port => port.AttachIndex)];

    public static string MacOf(Port port) => string.Join(':', port.Mac.GetAddressBytes().Select(b => b.ToString("x2")));

    /// <summary>A tap for each port of the server: in its network's bridge and held to the port's addresses, or a wire to nobody when nothing is served.</summary>
    public async Task<IReadOnlyList<(string Mac, string Tap)>> PlugAsync(Server server)
    {
        var cards = new List<(string, string)>();
        foreach (var port in PortsOf(server))
        {
            var tap = DeviceNames.HostEnd(port.Id);
            _taps.Add(tap);
            if (_process is not null) await SucceedAsync(Run.FirstlightAsync("port", "attach", port.Id, "--tap", "--wait", "60", "--config-file", ConfigFile));
            else await SucceedAsync(Run.ProgramAsync("ip", "tuntap", "add", "dev", tap, "mode", "tap"));
            cards.Add((MacOf(port), tap));
        }
        return cards;
    }

    /// <summary>The server's config drive, as an image.</summary>
    public async Task<string> ConfigDriveAsync(Server server)
    {
        var file = Path.Combine(_directory, $"{server.Id}.iso");
        await SucceedAsync(Run.FirstlightAsync("configdrive", server.Id, "-o", file, "--config-file", ConfigFile));
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tap in _taps.Where(tap => Directory.Exists($"/sys/class/net/{tap}"))) await Run.ProgramAsync("ip", "link", "del", tap);
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            var down = await Run.FirstlightAsync("standalone", "--down", "--config-file", ConfigFile);
            if (down.ExitCode != 0) throw new InvalidOperationException($"standalone --down: {down}");
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task LoadAsync(string cloudFile)
    {
        var (api, management) = (FreePort.Take(), FreePort.Take());
        await File.WriteAllTextAsync(ConfigFile, $"""
            [DEFAULT]
            debug = true
            state_path = {_directory}
            metadata_listen = 127.0.0.1
            metadata_listen_port = {api}
            nova_metadata_port = {api}
            [firstlight]
            management_listen = 127.0.0.1:{management}
            """);
        _ready = new Uri($"http://127.0.0.1:{management}/readyz");
        var file = Path.Combine(_directory, "cloud.yaml");
        await File.WriteAllTextAsync(file, cloudFile);
        await SucceedAsync(Run.FirstlightAsync("apply", file, "--config-file", ConfigFile));
        Cloud = Read();
    }

    private Cloud Read()
    {
        using var inventory = OwnInventory.Open(Path.Combine(_directory, "inventory.sqlite"));
        return inventory.Read();
    }

    private async Task ServeAsync()
    {
        _process = Run.StartFirstlight("standalone", "--config-file", ConfigFile);
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.TrueAsync(async () =>
        {
            if (_process.HasExited) Assert.Fail($"standalone ended with exit code {_process.ExitCode}:\n{Log}");
            try
            {
                using var answer = await client.GetAsync(_ready);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "every network stands");
    }

    private static async Task SucceedAsync(Task<Ended> run)
    {
        var ended = await run;
        Assert.True(ended.ExitCode == 0, ended.ToString());
    }

    private void Note(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }
}
