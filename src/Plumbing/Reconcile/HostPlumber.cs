using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Watch;
using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Brings this host's networks and routers to what is wanted, keeps them so, and takes everything away again. One a state directory.</summary>
/// <remarks>
/// Members may be called from several threads. What is to be done is kept unit by unit: a notice of the kernel or a changed wish leads to a look at that
/// network or router alone, and one that fails has pauses of its own. Disposing lets go without touching the host: all runs on, and the next plumber adopts it.
/// </remarks>
public sealed class HostPlumber : IDisposable
{
    // How long devices of strangers are not looked for, whatever the kernel tells or not.
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromMinutes(1);

    private readonly PlumbingOptions _options;
    private readonly ILogger _logger;
    private readonly ProcessRunner _runner;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly UnitQueue _queue;
    private readonly UnitRunner _units;
    private readonly UnitStates _states;
    private readonly ProgressLog _progress;
    private readonly Unit _guard;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Unit, bool> _going = new();
    private volatile Wish _wish = Wish.Nothing;
    private volatile bool _guardFirst;

    // How often something was heard of that may be a stranger's device; which wish was guarded when so much had been heard, and when such devices were looked for.
    private int _strangersHeard;
    private (Wish? Wish, int Heard, long LookedAt) _guarded;
    private volatile bool _isTableHeard;
    private volatile KernelWatch? _watch;
    private FileStream? _claim;
    private Journal? _journal;
    private Workshop? _work;

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
        _queue = new UnitQueue(time);
        _states = new UnitStates(time, logger);
        _progress = new ProgressLog(time, logger);
        _units = new UnitRunner(_queue, Math.Max(1, _options.Parallelism), time, MayStart, LookAsync, OnLooked);
        _guard = new Unit(UnitKind.PortGuard, PortGuardRuleset.TableOf(_options.StateDirectory));
    }

    /// <summary>Told how each look at a network, a router or the guard ended. Called from several threads.</summary>
    public event Action<UnitOutcome>? Looked;

    /// <summary>Programs started so far.</summary>
    internal long ProgramsStarted => _runner.Started;

    /// <summary>Says what is missing on this host.</summary>
    /// <returns>A readable line for each missing thing, with what helps; empty when all is there.</returns>
    public ImmutableArray<string> Preflight() => Reconcile.Preflight.Check(_options.StateDirectory, _options.Haproxy, Environment.IsPrivilegedProcess, Programs.Find);

    /// <summary>Says what this host shall carry from now on; <see cref="KeepAsync"/> brings it there. Only what differs is looked at, and what is the same object is the same.</summary>
    /// <param name="wanted">All networks and routers of this host.</param>
    public void Want(WantedHost wanted)
    {
        lock (_lock)
        {
            var former = _wish;
            var wish = new Wish(wanted, former);
            _wish = wish;
            Mark(wish, wish.DifferentFrom(former), isGuardNew: !wish.IsGuardedAs(former));
        }

        _units.Wake();
    }

    /// <inheritdoc cref="SyncAsync(WantedHost, IProgress{SyncProgress}?, CancellationToken)"/>
    public Task<SyncReport> SyncAsync(WantedHost wanted, CancellationToken cancellationToken) => SyncAsync(wanted, progress: null, cancellationToken);

    /// <summary>Brings the host to what is wanted by looking at everything once.</summary>
    /// <param name="wanted">All networks and routers of this host.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    /// <param name="cancellationToken">Ends the turn between steps; the next turn goes on from there.</param>
    /// <returns>How each network and router fared; one that fails does not stop the others.</returns>
    /// <exception cref="IOException">The state directory cannot be written, or another process works on it.</exception>
    public async Task<SyncReport> SyncAsync(WantedHost wanted, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Open();
            return await TurnAsync(wanted, progress, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Says what a turn would do, and does nothing: also beside a plumber that keeps the same host.</summary>
    /// <param name="wanted">All networks and routers of this host.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>For each network and router what would be changed, or why it would fail.</returns>
    public async Task<PlanReport> PlanAsync(WantedHost wanted, CancellationToken cancellationToken)
    {
        var wish = new Wish(wanted);
        using var journal = Journal.OpenToRead(_options.StateDirectory);
        using var work = new Workshop(_options.StateDirectory, _runner, new Hand(_runner, shows: true), journal, () => null, _time, _logger);
        var plans = new List<UnitPlan>();
        var known = journal.Owners();
        if (wanted.Ports is not null) plans.Add(Of(UnitAction.Change, await OneAsync(_guard, changes => work.Ports.GuardAsync(wanted, isHeard: false, changes, cancellationToken))));
        foreach (var unit in known.Where(u => !wish.Has(u)).Concat(wish.Units))
        {
            var guests = wish.Guests(unit);
            var outcome = await OneAsync(unit, changes => work.LookAsync(wish, unit, guests, changes, cancellationToken));
            plans.Add(Of(!wish.Has(unit) ? UnitAction.Remove : known.Contains(unit) ? UnitAction.Change : UnitAction.Make, outcome));
        }

        return new PlanReport([.. plans]);

        static UnitPlan Of(UnitAction action, UnitOutcome outcome) => new(
            outcome.Unit, outcome.Changes.IsEmpty && outcome.Failure is null && action != UnitAction.Remove ? UnitAction.Adopt : action, outcome.Changes, outcome.Failure);
    }

    /// <summary>Takes away everything the journal has, also what a plumber that was killed left.</summary>
    /// <returns>How each network and router fared; what failed stays in the journal.</returns>
    public async Task<SyncReport> TeardownAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Open();
            var report = await TurnAsync(WantedHost.Empty, progress: null, cancellationToken);
            var guard = await OneAsync(_guard, _ => _work!.Ports.RemoveAsync(cancellationToken));
            return new SyncReport([.. report.Outcomes, guard]);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Keeps the host as it is wanted until cancelled: repairs what someone breaks as soon as the kernel tells of it, starts daemons again that end,
    /// tries again what failed, and looks at each network and router now and then whatever the kernel says.</summary>
    /// <exception cref="IOException">The state directory cannot be written, or another process works on it.</exception>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            Open();
            using var watch = StartWatch();
            _watch = watch;
            Interlocked.Increment(ref _strangersHeard);
            lock (_lock) Mark(_wish, _wish.Units, isGuardNew: true);
            await _units.RunAsync(() => false, cancellationToken);
        }
        finally
        {
            _watch = null;
            _turn.Release();
        }
    }

    /// <summary>How it stands with everything that is wanted or still to be removed.</summary>
    public HostState Describe() => _states.Describe(_queue);

    /// <summary>Lets go of journal and daemons; everything runs on.</summary>
    public void Dispose()
    {
        _work?.Dispose();
        _journal?.Dispose();
        _claim?.Dispose();
        _turn.Dispose();
    }

    private void Open()
    {
        if (_work is not null) return;
        var plumbing = Path.Combine(_options.StateDirectory, "plumbing");
        StateFiles.MakeDirectory(plumbing);

        _claim ??= Claim(Path.Combine(plumbing, "lock"));
        _journal ??= Journal.Open(_options.StateDirectory);
        _work = new Workshop(_options.StateDirectory, _runner, new Hand(_runner), _journal, () => _watch, _time, _logger);
    }

    // The kernel lets go of it when the process ends, however it ends.
    private FileStream Claim(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"another process keeps the networks of {_options.StateDirectory}", e);
        }
    }

    private async Task<SyncReport> TurnAsync(WantedHost wanted, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        var turn = new TurnOutcomes(progress);
        lock (_lock)
        {
            var wish = new Wish(wanted, _wish);
            _wish = wish;
            turn.Await(Mark(wish, wish.Units, isGuardNew: true));
        }

        void Collect(UnitOutcome outcome) => turn.Add(outcome);

        Looked += Collect;
        try
        {
            await _units.RunAsync(() => turn.IsComplete, cancellationToken);
        }
        finally
        {
            Looked -= Collect;
        }

        return turn.Report();
    }

    private List<Unit> Mark(Wish wish, IEnumerable<Unit> different, bool isGuardNew)
    {
        List<Unit> marked = [];
        if (wish.Host.Ports is not null && isGuardNew)
        {
            _guardFirst = true;
            marked.Add(_guard);
        }
        else if (wish.Host.Ports is null)
        {
            _guardFirst = false;
            _queue.Remove(_guard);
        }

        // Before the journal is open there is nothing that could be removed; it is asked again then.
        foreach (var gone in _going.Keys.Where(wish.Has)) _going.TryRemove(gone, out _);
        foreach (var gone in (_journal?.Owners() ?? []).Where(u => !wish.Has(u)))
        {
            _going[gone] = true;
            marked.Add(gone);
        }

        foreach (var unit in marked) _queue.Want(unit, Urgency.First);
        foreach (var unit in different)
        {
            _queue.Want(unit, Urgency.Wanted);
            marked.Add(unit);
        }

        _progress.Add(_queue.Outstanding);
        return marked;
    }

    private KernelWatch? StartWatch()
    {
        try
        {
            return new KernelWatch(Hear, _logger);
        }
        catch (Win32Exception e)
        {
            PlumbingLog.WatchFailed(_logger, e.Message, e);
            return null;
        }
    }

    private void Hear(Notice notice)
    {
        var wish = _wish;
        switch (notice.Kind)
        {
            case NoticeKind.Device:
                if (wish.OfDevice(notice.Subject) is { } owner) _queue.Notice(owner);
                else if (!PortGuardRuleset.IsGuests(notice.Subject)) return;
                else
                {
                    Interlocked.Increment(ref _strangersHeard);
                    _queue.Notice(_guard);
                }

                break;
            case NoticeKind.Namespace:
                if (wish.OfNamespace(notice.Subject) is not { } unit) return;
                _queue.Notice(unit);
                break;
            case NoticeKind.Table:
                if (!string.Equals(notice.Subject, _guard.Id, StringComparison.Ordinal)) return;
                _isTableHeard = true;
                _queue.Notice(_guard);
                break;
            case NoticeKind.Daemon:
                if (!Thing.TryParse(notice.Subject, out var daemon)) return;
                _queue.Notice(daemon.Owner);
                break;
            default:
                PlumbingLog.NoticesLost(_logger);
                Interlocked.Increment(ref _strangersHeard);
                _queue.NoticeAll();
                break;
        }

        _units.Wake();
    }

    // The guard first, for it must hold a device before that is made; then what is to go, routers before networks, for their legs stand in bridges.
    // What comes waits only for what goes that has the same names, and a router for its networks.
    private bool MayStart(Unit unit)
    {
        if (unit.Kind == UnitKind.PortGuard) return true;
        if (_guardFirst) return false;
        var wish = _wish;
        var going = _going.Keys.Where(u => u != unit && _queue.IsActive(u));
        if (!wish.Has(unit)) return unit.Kind == UnitKind.Router || !going.Any(u => u.Kind == UnitKind.Router);
        if (!_going.IsEmpty && wish.Names(unit).ToHashSet(StringComparer.Ordinal) is var names && going.Any(u => _journal!.Of(u).Any(t => names.Contains(t.Name)))) return false;
        return !wish.NetworksOf(unit).Any(_queue.IsActive);
    }

    private async Task<UnitOutcome> LookAsync(Unit unit, CancellationToken cancellationToken)
    {
        var wish = _wish;
        var outcome = await OneAsync(unit, changes => LookAsync(wish, unit, changes, cancellationToken));
        _states.Set(outcome);
        if (unit.Kind != UnitKind.PortGuard && !wish.Has(unit) && outcome.Failure is null)
        {
            PlumbingLog.Removed(_logger, unit);
            _states.Remove(unit);
            _going.TryRemove(unit, out _);
            lock (_lock)
            {
                if (!_wish.Has(unit)) _queue.Remove(unit);
            }
        }

        return outcome;
    }

    private void OnLooked(UnitOutcome outcome)
    {
        _progress.Step(_queue.Outstanding, () => _states.Failing);
        Looked?.Invoke(outcome);
    }

    private Task LookAsync(Wish wish, Unit unit, ICollection<string> changes, CancellationToken cancellationToken) => unit.Kind == UnitKind.PortGuard
        ? GuardAsync(wish, changes, cancellationToken)
        : _work!.LookAsync(wish, unit, _work.Ports.Stands ? wish.Guests(unit) : [], changes, cancellationToken);

    private async Task GuardAsync(Wish wish, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var stood = _work!.Ports.Stands;
        try
        {
            if (_journal!.Repair()) changes.Add("write the journal");
            if (wish.Host.Ports is null) return;

            // Something else is wanted, or the table is another: no reason to look for devices that are nobody's, of which the kernel tells. The sweep is one, and what follows a long time without.
            var (heard, isTable) = (Volatile.Read(ref _strangersHeard), _isTableHeard);
            _isTableHeard = false;
            var isHeard = _watch is not null && _guarded.Heard == heard && (isTable || !ReferenceEquals(_guarded.Wish, wish)) && _time.GetElapsedTime(_guarded.LookedAt) < LongestUnseen;
            var lookedAt = isHeard ? _guarded.LookedAt : _time.GetTimestamp();
            await _work.Ports.GuardAsync(wish.Host, isHeard, changes, cancellationToken);
            _guarded = (wish, heard, lookedAt);
        }
        finally
        {
            if (ReferenceEquals(wish, _wish)) _guardFirst = false;
            if (!stood && _work.Ports.Stands) _queue.NoticeAll();
        }
    }

    private async Task<UnitOutcome> OneAsync(Unit unit, Func<ICollection<string>, Task> action)
    {
        var changes = new List<string>();
        var outcome = new UnitOutcome(unit, [], Failure: null);
        try
        {
            await action(changes);
        }
        catch (UnitWaitsException e)
        {
            outcome = outcome with { Failure = e.Message, RetryAt = e.Until };
        }
        catch (Exception e) when (Attempts.IsOfTheWorld(e))
        {
            outcome = outcome with { Failure = e.Message.ReplaceLineEndings(" ") };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault of ours in one unit must not take the others along.
            PlumbingLog.Broken(_logger, unit, e);
            outcome = outcome with { Failure = $"a fault of this program: {e.Message.ReplaceLineEndings(" ")}" };
        }

        return outcome with { Changes = [.. changes] };
    }
}
