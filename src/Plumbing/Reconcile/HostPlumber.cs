using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Brings this host's networks and routers to what is wanted, keeps their daemons running, and takes everything away again. One a state directory.</summary>
/// <remarks>Members may be called from several threads; turns follow one another. Disposing lets go without touching the host: all runs on, and the next plumber adopts it.</remarks>
public sealed class HostPlumber : IDisposable
{
    private readonly PlumbingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProcessRunner _runner;
    private readonly IpTool _ip;
    private readonly DaemonKeeper _daemons;
    private readonly NamespaceSockets _sockets = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<Unit, SemaphoreSlim> _locks = new();
    private FileStream? _claim;
    private Journal? _journal;
    private UnitWork? _work;
    private PortWork? _ports;

    /// <summary>Makes a plumber. Nothing is touched yet.</summary>
    /// <param name="options">State directory and limits.</param>
    /// <param name="time">Clock of deadlines, pauses and supervision.</param>
    /// <param name="logger">Where changes and failures are told.</param>
    public HostPlumber(PlumbingOptions options, TimeProvider time, ILogger<HostPlumber> logger)
    {
        _options = options with { StateDirectory = Path.GetFullPath(options.StateDirectory) };
        _time = time;
        _logger = logger;
        _runner = new ProcessRunner(options.ProgramDeadline, time);
        _ip = new IpTool(_runner);
        _daemons = new DaemonKeeper(_runner, time, logger);
    }

    /// <summary>Programs started so far.</summary>
    internal long ProgramsStarted => _runner.Started;

    /// <summary>Says what is missing on this host.</summary>
    /// <returns>A readable line for each missing thing, with what helps; empty when all is there.</returns>
    public ImmutableArray<string> Preflight() => Reconcile.Preflight.Check(_options.StateDirectory, _options.Haproxy, Environment.IsPrivilegedProcess, Programs.Find);

    /// <summary>Brings the host to what is wanted. What the journal has and nobody wants is removed first.</summary>
    /// <param name="wanted">All networks and routers of this host.</param>
    /// <param name="cancellationToken">Ends the turn between steps; the next turn goes on from there.</param>
    /// <returns>How each network and router fared; one that fails does not stop the others.</returns>
    /// <exception cref="IOException">The state directory cannot be written, or another process works on it.</exception>
    /// <exception cref="ProcessFailedException">The host's devices cannot be read at all.</exception>
    public async Task<SyncReport> SyncAsync(WantedHost wanted, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var work = Open();
            var turn = await Turn.BeginAsync(_ip, cancellationToken);
            var refused = NameClashes.Find(wanted);
            var keep = wanted.Networks.Select(n => new Unit(UnitKind.Network, n.Id)).Concat(wanted.Routers.Select(r => new Unit(UnitKind.Router, r.Id))).ToHashSet();
            var guard = await PortsAsync(wanted, ports => ports.GuardAsync(turn, wanted, cancellationToken));
            var gone = await RemoveAsync(work, turn, Routers(_journal!.Owners().Where(u => !keep.Contains(u))), cancellationToken);
            var networks = await EachAsync(
                wanted.Networks, n => new Unit(UnitKind.Network, n.Id), (n, changes) => work.SyncAsync(turn, n, changes, cancellationToken), refused, cancellationToken);
            var routers = await EachAsync(
                wanted.Routers, r => new Unit(UnitKind.Router, r.Id), (r, changes) => work.SyncAsync(turn, r, changes, cancellationToken), refused, cancellationToken);
            var plugged = await PortsAsync(wanted, ports => ports.PlugAsync(turn, wanted, cancellationToken));
            return new SyncReport([.. guard, .. gone, .. networks, .. routers, .. plugged]);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes away everything the journal has, also what a plumber that was killed left.</summary>
    /// <returns>How each network and router fared; what failed stays in the journal.</returns>
    public async Task<SyncReport> TeardownAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var work = Open();
            var turn = await Turn.BeginAsync(_ip, cancellationToken);
            var gone = await RemoveAsync(work, turn, Routers(_journal!.Owners()), cancellationToken);
            return new SyncReport([.. gone, .. await PortsAsync(WantedHost.Empty with { Ports = [] }, ports => ports.RemoveAsync(cancellationToken))]);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Starts daemons again that end by themselves, until cancelled.</summary>
    public async Task SuperviseAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.SuperviseInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                foreach (var daemon in _daemons.Due())
                {
                    using var held = await HoldAsync(daemon.Owner, cancellationToken);
                    await _daemons.RestartAsync(daemon, cancellationToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                PlumbingLog.SupervisionFailed(_logger, e.Message, e);
            }
        }
    }

    /// <summary>Lets go of journal and daemons; everything runs on.</summary>
    public void Dispose()
    {
        _daemons.Dispose();
        _sockets.Dispose();
        _journal?.Dispose();
        _claim?.Dispose();
        _turn.Dispose();
    }

    private UnitWork Open()
    {
        if (_work is not null) return _work;
        var state = _options.StateDirectory;
        var plumbing = Path.Combine(state, "plumbing");
        StateFiles.MakeDirectory(plumbing);

        // The kernel lets go of it when the process ends, however it ends.
        _claim ??= new FileStream(Path.Combine(plumbing, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _journal ??= Journal.Open(state);
        _ports = new PortWork(_ip, _journal, new PortGuardTable(_runner, state));
        return _work = new UnitWork(state, _ip, _journal, new DeviceWork(_ip, _journal), _daemons, new RouterTable(_runner, Path.Combine(plumbing, "nft")), new LeaseWork(_sockets, _time));
    }

    // The guard is one thing for all ports: nothing, or how it fared.
    private async Task<UnitOutcome[]> PortsAsync(WantedHost wanted, Func<PortWork, Task<IReadOnlyList<string>>> action)
    {
        if (wanted.Ports is null) return [];
        var unit = new Unit(UnitKind.PortGuard, PortGuardRuleset.TableOf(_options.StateDirectory));
        var outcome = await OneAsync(unit, async changes =>
        {
            foreach (var change in await action(_ports!)) changes.Add(change);
        }, CancellationToken.None);
        Tell(outcome);
        return [outcome];
    }

    private void Tell(UnitOutcome outcome)
    {
        foreach (var change in outcome.Changes) PlumbingLog.Changed(_logger, outcome.Unit, change);
        if (outcome.Failure is { } failure) PlumbingLog.Failed(_logger, outcome.Unit, failure);
    }

    // Routers first: their legs stand in bridges of networks.
    private static IEnumerable<Unit> Routers(IEnumerable<Unit> units) => units.OrderByDescending(u => u.Kind);

    private async Task<IEnumerable<UnitOutcome>> RemoveAsync(UnitWork work, Turn turn, IEnumerable<Unit> units, CancellationToken cancellationToken)
    {
        var outcomes = new List<UnitOutcome>();
        foreach (var kind in units.GroupBy(u => u.Kind))
            outcomes.AddRange(await EachAsync([.. kind], u => u, (u, changes) => work.RemoveAsync(turn, u, changes, cancellationToken), [], cancellationToken));
        foreach (var outcome in outcomes.Where(o => o.Failure is null)) PlumbingLog.Removed(_logger, outcome.Unit);
        return outcomes;
    }

    private async Task<UnitOutcome[]> EachAsync<T>(
        IReadOnlyList<T> items, Func<T, Unit> unitOf, Func<T, ICollection<string>, Task> action, Dictionary<Unit, string> refused, CancellationToken cancellationToken)
    {
        var outcomes = new UnitOutcome[items.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _options.Parallelism), CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, items.Count, limits, async (i, _) =>
        {
            var unit = unitOf(items[i]);
            outcomes[i] = refused.TryGetValue(unit, out var reason) ? new UnitOutcome(unit, [], reason) : await OneAsync(unit, changes => action(items[i], changes), cancellationToken);
            Tell(outcomes[i]);
        });
        return outcomes;
    }

    private async Task<UnitOutcome> OneAsync(Unit unit, Func<ICollection<string>, Task> action, CancellationToken cancellationToken)
    {
        var changes = new List<string>();
        using var held = await HoldAsync(unit, cancellationToken);
        try
        {
            await action(changes);
            return new UnitOutcome(unit, [.. changes], Failure: null);
        }
        catch (Exception e) when (e is ProcessFailedException or IOException or UnauthorizedAccessException or Win32Exception)
        {
            return new UnitOutcome(unit, [.. changes], e.Message.ReplaceLineEndings(" "));
        }
    }

    private async Task<Held> HoldAsync(Unit unit, CancellationToken cancellationToken)
    {
        var gate = _locks.GetOrAdd(unit, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Held(gate);
    }

    private readonly struct Held(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
