using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A plumber on this very host with a state directory of its own; takes everything away at the end.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly List<string> _guests = [];
    private readonly List<string> _devices = [];

    public Host()
    {
        State = $"/tmp/firstlight-plumbing-{Guid.NewGuid():N}";
        Plumber = NewPlumber();
        var missing = Plumber.Preflight();
        Assert.True(missing.IsEmpty, string.Join('\n', missing));
    }

    public string State { get; }

    public HostPlumber Plumber { get; private set; }

    public ProcessRunner Runner { get; } = new(TimeSpan.FromSeconds(30), TimeProvider.System);

    public HostPlumber NewPlumber() =>
        new(new PlumbingOptions { StateDirectory = State }, TimeProvider.System, NullLogger<HostPlumber>.Instance);

    /// <summary>As if the process had been killed and started anew: nothing of its memory is left, all it made runs on.</summary>
    public void Restart()
    {
        Plumber.Dispose();
        Plumber = NewPlumber();
    }

    public async Task<SyncReport> SyncAsync(WantedHost wanted)
    {
        var report = await Plumber.SyncAsync(wanted, TestContext.Current.CancellationToken);
        Assert.True(report.Succeeded, string.Join('\n', report.Failures.Select(f => f.Failure)));
        return report;
    }

    /// <summary>Keeps the host as wanted until disposed.</summary>
    public Keeping Keep(WantedHost wanted)
    {
        Plumber.Want(wanted);
        return new Keeping(Plumber);
    }

    /// <summary>A namespace with one leg in a bridge, as a virtual machine would have it.</summary>
    public async Task<Guest> AddGuestAsync(string bridge, string mac)
    {
        var id = Guid.NewGuid().ToString("N")[..8];
        var name = $"flguest-{id}";
        _guests.Add(name);
        await RunAsync("ip", "netns", "add", name);
        await RunAsync("ip", "link", "add", $"fg{id}", "type", "veth", "peer", "name", "eth0", "address", mac, "netns", name);
        await RunAsync("ip", "link", "set", $"fg{id}", "master", bridge, "up");
        await RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        await RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
        return new Guest(this, name);
    }

    /// <summary>A namespace with nothing in it but loopback.</summary>
    public async Task<Guest> AddNamespaceAsync()
    {
        var name = $"flguest-{Guid.NewGuid().ToString("N")[..8]}";
        _guests.Add(name);
        await RunAsync("ip", "netns", "add", name);
        await RunAsync("ip", "-n", name, "link", "set", "lo", "up");
        return new Guest(this, name);
    }

    /// <summary>A name for a device of this host, which is taken away at the end if it was made.</summary>
    public string NewDevice()
    {
        _devices.Add($"fd{Guid.NewGuid().ToString("N")[..8]}");
        return _devices[^1];
    }

    public Task<string> RunAsync(string program, params string[] arguments) =>
        Runner.RunAsync(new ProcessCall("test", program, arguments), TestContext.Current.CancellationToken);

    public Task<ProcessResult> TryAsync(string program, params string[] arguments) =>
        Runner.TryRunAsync(new ProcessCall("test", program, arguments), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) await RemoveAsync(guest);
        foreach (var device in _devices) await Runner.TryRunAsync(new ProcessCall("test", "ip", ["link", "del", "dev", device]), CancellationToken.None);
        var report = await Plumber.TeardownAsync(CancellationToken.None);
        Plumber.Dispose();
        Directory.Delete(State, recursive: true);
        Assert.True(report.Succeeded, string.Join('\n', report.Failures.Select(f => f.Failure)));
    }

    // A client that a failed test left behind would keep the namespace, and with it the leg in the bridge.
    private async Task RemoveAsync(string guest)
    {
        var pids = await Runner.TryRunAsync(new ProcessCall("test", "ip", ["netns", "pids", guest]), CancellationToken.None);
        foreach (var pid in pids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await Runner.TryRunAsync(new ProcessCall("test", "kill", ["-KILL", pid.Trim()]), CancellationToken.None);
        await Runner.TryRunAsync(new ProcessCall("test", "ip", ["netns", "del", guest]), CancellationToken.None);
    }

    public static async Task<T> EventuallyAsync<T>(string what, Func<Task<T?>> look)
        where T : class
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (DateTime.UtcNow < deadline)
        {
            if (await look() is { } found) return found;
            await Task.Delay(50);
        }

        throw new TimeoutException($"{what}: not within 20 s");
    }
}
