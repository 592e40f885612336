using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Watch;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>All that it takes to look at a unit and to make it right, put together for one state directory.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly HostDevices _devices = new();
    private readonly NamespaceSockets _sockets = new();
    private readonly DaemonKeeper _daemons;
    private readonly DeviceWork _sites;
    private readonly UnitWork _units;

    /// <summary>Puts it together; nothing is touched yet.</summary>
    /// <param name="stateDirectory">State directory.</param>
    /// <param name="runner">Runs programs.</param>
    /// <param name="hand">Changes things, or only shows what it would change.</param>
    /// <param name="journal">What is ours; not disposed here.</param>
    /// <param name="watch">Who listens to the kernel at this moment; null for nobody.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Where deaths of daemons are told.</param>
    public Workshop(string stateDirectory, ProcessRunner runner, Hand hand, Journal journal, Func<KernelWatch?> watch, TimeProvider time, ILogger logger)
    {
        var ip = new IpTool(hand);
        _daemons = new DaemonKeeper(hand, time, FollowDaemon, logger);
        Ports = new PortWork(ip, _devices, journal, new PortGuardTable(hand, stateDirectory));
        _sites = new DeviceWork(hand, ip, _devices, _sockets, journal, time, (name, identity) => watch()?.FollowNamespace(name, identity));
        _units = new UnitWork(
            stateDirectory, hand, ip, _devices, journal, _sites,
            Ports, _daemons, new RouterTable(hand, runner, _sockets, Path.Combine(stateDirectory, "plumbing", "nft")), new LeaseWork(_sockets, time), time);

        void FollowDaemon(Thing daemon, PidFd process) => watch()?.FollowDaemon(daemon.ToString(), process);
    }

    /// <summary>The guard of ports.</summary>
    public PortWork Ports { get; }

    /// <summary>Looks at a network or router, and makes it right or takes it away.</summary>
    /// <exception cref="IOException">It may not be touched, or cannot be made right.</exception>
    public async Task LookAsync(Wish wish, Unit unit, IReadOnlyList<WantedPort> guests, ICollection<string> changes, CancellationToken cancellationToken)
    {
        if (wish.Refusal(unit) is { } refusal) throw new IOException(refusal);
        if (wish.Network(unit) is { } network) await _units.SyncAsync(network, guests, wish.RoutersOn(unit), changes, cancellationToken);
        else if (wish.Router(unit) is { } router) await _units.SyncAsync(router, changes, cancellationToken);
        else await _units.RemoveAsync(unit, changes, cancellationToken);
    }

    /// <summary>Lets go of daemons and sockets; everything runs on.</summary>
    public void Dispose()
    {
        _daemons.Dispose();
        _sites.Dispose();
        _sockets.Dispose();
        _devices.Dispose();
    }
}
