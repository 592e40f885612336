using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Net;
using System.Threading.Channels;
using Firstlight.Agent.Listeners;
using Firstlight.Inventory;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Discover;

/// <summary>Finds the namespaces that Neutron's agents make and says where the agent must listen.</summary>
/// <remarks>
/// A namespace for which a haproxy stand-in is registered is served exactly as the stand-in's configuration says; any other by its name, unless
/// <see cref="NeutronNamespaceOptions.OnlyRegistered"/>. Namespaces are told apart by inode, so that one recreated under its old name is not taken for the
/// old one. A turn over namespaces that did not change costs a stat of each and no more.
/// </remarks>
public sealed class NeutronNamespaces
{
    // One change is seldom alone: a namespace is followed by its stand-in's three files, an agent that starts makes hundreds.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);
    private static readonly EnumerationOptions All = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };
    private readonly NeutronNamespaceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly StandInDirectory? _standIns;
    private readonly Dictionary<string, KnownNamespace> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _served = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _touched = new();
    private readonly HashSet<string> _nameless = new(StringComparer.Ordinal);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ulong _namespaceFileSystem = NamespaceInode.TryRead("/proc/self/ns/net")?.Device ?? 0;
    private IReadOnlyList<StandIn> _registered = [];
    private bool _recreated;
    private volatile DiscoveryStatus _status = new([], 0, null);

    /// <summary>Prepares it; nothing is looked at yet.</summary>
    /// <param name="options">What to look for.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Logs; event ids 4600 to 4699.</param>
    public NeutronNamespaces(NeutronNamespaceOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<NeutronNamespaces>();
        if (options.StandInDirectory is not null) _standIns = new StandInDirectory(options.StandInDirectory, time, _logger);
    }

    /// <summary>Looks for namespaces until cancelled; then returns. Called once.</summary>
    /// <param name="reconcile">
    /// Is called at first, whenever the wanted listeners differ from the last time, and when a namespace was recreated. Gets what looks once more and says all of them:
    /// <see cref="AgentServer.ReconcileAsync(Func{IReadOnlyCollection{ListenerSpec}}, CancellationToken)"/>.
    /// </param>
    /// <param name="cancellationToken">Ends it. Listeners stay as they are.</param>
    public async Task RunAsync(Func<Func<IReadOnlyCollection<ListenerSpec>>, CancellationToken, Task> reconcile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reconcile);
        using var sockets = new NamespaceSockets();
        using var namespaces = new NamespaceWatch(_options.Directory, OnNamespaceChanged);
        using var registrations = _standIns is null ? null : new NamespaceWatch(_options.StandInDirectory!, _ => Wake());
        HashSet<ListenerSpec>? told = null;
        var sweptAt = 0L;
        try
        {
            while (true)
            {
                var due = _options.SweepInterval - _time.GetElapsedTime(sweptAt);
                var changed = _wake.Reader.TryRead(out _);
                try
                {
                    if (told is null || changed || due <= TimeSpan.Zero)
                    {
                        namespaces.EnsureWatching();
                        _standIns?.Prepare();
                        registrations?.EnsureWatching();
                        Sweep();
                        sweptAt = _time.GetTimestamp();
                        due = _options.SweepInterval;
                    }

                    var addressesDue = FindDevices(sockets);
                    if (addressesDue < due) due = addressesDue;
                    var wanted = Wanted();
                    if (told is null || _recreated || !told.SetEquals(wanted))
                    {
                        await reconcile(() => wanted = LookAgain(), cancellationToken);
                        told = wanted;
                        _recreated = false;
                    }
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    // The outermost loop: whatever this turn met, the next one tries again.
                    DiscoverLog.TurnFailed(_logger, e);
                    sweptAt = _time.GetTimestamp();
                    due = _options.SweepInterval;
                }

                await WaitAsync(due < ShortestWait ? ShortestWait : due, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>What was seen at the last turn.</summary>
    public DiscoveryStatus Describe() => _status;

    private void OnNamespaceChanged(string? path)
    {
        if (path is not null) _touched.Enqueue(Path.GetFileName(path));
        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = _wake.Reader.WaitToReadAsync(waiting.Token).AsTask();
        var first = await Task.WhenAny(changed, Task.Delay(longest, _time, waiting.Token));
        if (first == changed) await Task.Delay(Gather, _time, cancellationToken);
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    // What was seen may be the past by the time it is acted upon.
    private HashSet<ListenerSpec> LookAgain()
    {
        Sweep();
        return Wanted();
    }

    // Registrations before names: a stand-in is started in a namespace that has its name already.
    private void Sweep()
    {
        try
        {
            if (_standIns is not null) _registered = _standIns.Read();
            ReadNames();
            LookAfterStandIns();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DiscoverLog.LookFailed(_logger, _options.Directory, e.Message);
        }
    }

    private void ReadNames()
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in Names())
        {
            var isNeutrons = NamespaceName.TryParse(name, out var kind, out var scope) && _options.Kinds.HasFlag(kind);
            if (!isNeutrons && _registered.Count == 0) continue;
            var path = Path.Combine(_options.Directory, name);
            if (NamespaceInode.TryRead(path) is not { } inode) continue;
            present.Add(name);
            if (_known.TryGetValue(name, out var known))
            {
                if (known.Inode == inode) continue;
                _recreated = true;
                // Between its file and its mount a new namespace is a plain file: nothing was recreated then.
                if (known.Kind != NeutronNamespaceKinds.None && known.Inode.Device == _namespaceFileSystem) DiscoverLog.Recreated(_logger, name);
            }
            else if (isNeutrons)
            {
                DiscoverLog.Found(_logger, name, scope);
            }

            _known[name] = new KnownNamespace(name, path, inode, isNeutrons ? kind : NeutronNamespaceKinds.None, scope);
        }

        foreach (var gone in _known.Values.Where(known => !present.Contains(known.Name)).ToArray())
        {
            _known.Remove(gone.Name);
            if (gone.Kind != NeutronNamespaceKinds.None) DiscoverLog.Gone(_logger, gone.Name);
        }

        // An inode number is free again as soon as its namespace is, so a new one can look like the old.
        while (_touched.TryDequeue(out var touched))
        {
            if (_known.TryGetValue(touched, out var known)) known.FindDeviceSoon();
        }
    }

    private IEnumerable<string> Names()
    {
        if (!Directory.Exists(_options.Directory)) return [];
        return new FileSystemEnumerable<string>(_options.Directory, static (ref entry) => entry.FileName.ToString(), All)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && (_options.Includes is null || _options.Includes(entry.FileName.ToString())),
        };
    }

    // A process keeps its namespace alive. Neutron ends its proxy before it deletes a namespace; where it did not, nobody else would.
    private void LookAfterStandIns()
    {
        if (_standIns is null) return;
        var named = _known.Values.Where(known => known.Inode.Device == _namespaceFileSystem).Select(static known => known.Inode.Inode).ToHashSet();
        var present = _registered.Select(static standIn => standIn.File).ToHashSet(StringComparer.Ordinal);
        foreach (var standIn in _registered)
        {
            if (named.Contains(standIn.NamespaceInode))
            {
                _served[standIn.File] = standIn.NamespaceInode;
                _nameless.Remove(standIn.File);
            }
            else if (_served.Remove(standIn.File))
            {
                _standIns.End(standIn);
                DiscoverLog.StandInEnded(_logger, standIn.File);
            }
            else if (_nameless.Add(standIn.File) && _options.Includes is null)
            {
                DiscoverLog.StandInNameless(_logger, standIn.File, _options.Directory);
            }
        }

        foreach (var gone in _served.Keys.Where(file => !present.Contains(file)).ToArray()) _served.Remove(gone);
        _nameless.IntersectWith(present);
    }

    // The shortest time until one is due again.
    private TimeSpan FindDevices(NamespaceSockets sockets)
    {
        var next = TimeSpan.MaxValue;
        if (!_options.Ipv6 || _options.OnlyRegistered) return next;
        var registered = _registered.Select(static standIn => standIn.NamespaceInode).ToHashSet();
        foreach (var known in _known.Values)
        {
            // Its stand-in says which device it is.
            if (registered.Contains(known.Inode.Inode)) continue;
            var due = known.AddressDueIn(_time);
            if (due == TimeSpan.Zero)
            {
                known.FindDevice(sockets, _options.AddressInterval, _time, _logger);
                due = known.AddressDueIn(_time);
            }

            if (due != Timeout.InfiniteTimeSpan && due < next) next = due;
        }

        return next;
    }

    private HashSet<ListenerSpec> Wanted()
    {
        var wanted = new HashSet<ListenerSpec>();
        var namespaces = new List<DiscoveredNamespace>(_known.Count);
        var standIns = _registered.ToLookup(static standIn => standIn.NamespaceInode);
        var claimed = new HashSet<ulong>();
        foreach (var known in _known.Values)
        {
            // A namespace of two names is served under one of them.
            var registered = known.Inode.Device == _namespaceFileSystem && claimed.Add(known.Inode.Inode) ? standIns[known.Inode.Inode] : [];
            DiscoveredNamespace found;
            if (registered.FirstOrDefault() is { } newest)
                found = new(known.Name, DiscoverySource.StandIn, newest.Scope, [.. Distinct(registered.SelectMany(known.ByStandIn))]);
            else if (known.Kind == NeutronNamespaceKinds.None)
                continue;
            else if (_options.OnlyRegistered)
                found = new(known.Name, DiscoverySource.None, known.Scope, []);
            else
                found = new(known.Name, DiscoverySource.Name, known.Scope, [.. known.ByName(_options)]);
            namespaces.Add(found);
            wanted.UnionWith(found.Listeners);
        }

        _status = new DiscoveryStatus(namespaces, _registered.Count, _time.GetUtcNow());
        return wanted;
    }

    // Of two stand-ins that want the same address the newer one has it, as where haproxy is started again before the old one is gone.
    private static IEnumerable<ListenerSpec> Distinct(IEnumerable<ListenerSpec> newestFirst) =>
        newestFirst.DistinctBy(static spec => (spec.Address, spec.Port, spec.Device));
}
