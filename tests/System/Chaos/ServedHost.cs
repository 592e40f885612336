using System.Diagnostics;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Lab;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>This machine as a host of a cloud: a <c>standalone</c> that may be killed at any time, and guests that are namespaces with real leases.</summary>
internal sealed class ServedHost : IAsyncDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..6];
    private readonly LabPrograms _programs = new();
    private readonly int _management = FreePort.Take();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(1) };
    private Process? _process;

    private ServedHost()
    {
        State = new LabState($"/run/firstlight-test-{_id}");
        Machine = $"flm-{_id}";
        Uplink = $"flu{_id}";
    }

    /// <summary>State directory, configuration and scripts of guests.</summary>
    public LabState State { get; }

    /// <summary>Namespace of the machine outside.</summary>
    public string Machine { get; }

    /// <summary>The host's device that leads to it.</summary>
    public string Uplink { get; }

    /// <summary>The guests, in name order.</summary>
    public IReadOnlyList<Guest> Guests { get; private set; } = [];

    /// <summary>The cloud as it was loaded.</summary>
    public Cloud Cloud { get; private set; } = Cloud.Empty;

    /// <summary>The running standalone; null while there is none.</summary>
    public int? Pid => _process is { HasExited: false } process ? process.Id : null;

    /// <summary>Loads the chaos cloud and connects the machine outside. Nothing runs yet.</summary>
    public static async Task<ServedHost> PrepareAsync()
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("system tests make network namespaces: run them as root");
        var host = new ServedHost();
        try
        {
            await host.LoadAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program; what it says goes to <see cref="LabState.LogFile"/>.</summary>
    public void Start()
    {
        _process?.Dispose();
        _process = Run.StartFirstlightInto(State.LogFile, "standalone", "--config-file", State.ConfigFile);
    }

    /// <summary>Ends it as a crash would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Whether it says that all networks stand.</summary>
    public async Task<bool> IsReadyAsync()
    {
        if (Pid is null) return false;
        try
        {
            using var answer = await _client.GetAsync(new Uri($"http://127.0.0.1:{_management}/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits for it; a program that ended by itself is told with the end of its log.</summary>
    public Task ReadyAsync() => Eventually.TrueAsync(async () =>
    {
        if (_process is { HasExited: true }) Assert.Fail($"standalone ended with exit code {_process.ExitCode}:\n{LogTail(20)}");
        return await IsReadyAsync();
    }, "every network stands");

    /// <summary>Changes the inventory, as another program would.</summary>
    public void Change(Func<Cloud, Cloud> edit)
    {
        using var inventory = OwnInventory.Open(State.InventoryFile);
        inventory.Change(edit);
    }

    /// <summary>Reads the inventory as it is now.</summary>
    public Cloud Read()
    {
        using var inventory = OwnInventory.Open(State.InventoryFile);
        return inventory.Read();
    }

    /// <summary>Boots every guest.</summary>
    public async Task BootAsync()
    {
        var plumbing = new GuestPlumbing(State, _programs);
        foreach (var guest in Guests) await plumbing.UpAsync(guest, TestContext.Current.CancellationToken);
    }

    /// <summary>Boots one guest anew: its namespace is kept, its device is plugged in again and asks for its leases.</summary>
    public Task BootAsync(Guest guest) => new GuestPlumbing(State, _programs).UpAsync(guest, TestContext.Current.CancellationToken);

    /// <summary>The end of the standalone's log.</summary>
    public string LogTail(int lines) => File.Exists(State.LogFile) ? string.Join('\n', File.ReadLines(State.LogFile).TakeLast(lines)) : "(no log)";

    /// <summary>Removes what the host made, by its own verb, and the rest. Whatever fails, all of it is tried.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        _client.Dispose();
        await new LabTeardown(State, _programs).RemoveGuestsAsync(CancellationToken.None);
        var down = State.Exists ? await DownAsync() : null;
        await Run.ProgramAsync("ip", "netns", "del", Machine);
        await Run.ProgramAsync("ip", "link", "del", Uplink);
        if (down is { ExitCode: not 0 }) throw new InvalidOperationException($"standalone --down: {down}");
        if (State.Exists) Directory.Delete(State.Directory, recursive: true);
    }

    /// <summary>Takes all networks away.</summary>
    public Task<Ended> DownAsync() => Run.FirstlightAsync("standalone", "--down", "--config-file", State.ConfigFile);

    private async Task LoadAsync()
    {
        var api = FreePort.Take();
        State.Create($"c{_id}-", $"127.0.0.1:{_management}");
        await File.WriteAllTextAsync(State.ConfigFile, $"""
            [DEFAULT]
            state_path = {State.Directory}
            metadata_listen = 127.0.0.1
            metadata_listen_port = {api}
            nova_metadata_port = {api}
            [firstlight]
            management_listen = 127.0.0.1:{_management}
            """);
        var file = Path.Combine(State.Directory, "cloud.yaml");
        await File.WriteAllTextAsync(file, ChaosCloud.File(Uplink));
        var apply = await Run.FirstlightAsync("apply", file, "--config-file", State.ConfigFile);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        Cloud = Read();
        Guests = Guest.Of(Cloud, State);
        await AddMachineAsync();
    }

    private async Task AddMachineAsync()
    {
        string[][] commands =
        [
            ["netns", "add", Machine],
            ["link", "add", Uplink, "type", "veth", "peer", "name", "eth0", "netns", Machine],
            ["link", "set", Uplink, "up"],
            ["-n", Machine, "addr", "add", ChaosCloud.MachinePrefix, "dev", "eth0"],
            ["-n", Machine, "link", "set", "eth0", "up"],
            ["-n", Machine, "link", "set", "lo", "up"],
        ];
        foreach (var command in commands)
        {
            var ended = await Run.ProgramAsync("ip", command);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }
    }
}
