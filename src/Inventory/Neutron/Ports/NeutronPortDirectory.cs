using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>
/// The port directory of a cloud with Neutron. The first question of a network fetches all its ports, and for a while its other guests are known from memory;
/// who is not among them is asked for. Nobody is remembered to be unknown. Thread-safe.
/// </summary>
/// <remarks>
/// Neutron's own rules: exactly one port of the scope's networks, by MAC where one is given and by fixed address otherwise, and a device on it. Unlike Neutron's
/// agent, a router without interfaces has no guests, where that agent would look through the whole cloud.
/// </remarks>
public sealed class NeutronPortDirectory : IPortDirectory, IDisposable
{
    private static readonly PortLookup Unknown = new(PortOutcome.Unknown, null);

    // When a network is tried whole again that was too large, or whose list took too long: that may have been Neutron's bad moment.
    private static readonly TimeSpan WhenTooLarge = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WhenTooSlow = TimeSpan.FromMinutes(1);

    private readonly NeutronClient _neutron;
    private readonly NeutronDirectoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NeutronGate _gate;
    private readonly NeutronPorts _ports;
    private readonly DirectoryMemory _memory;
    private readonly long _refreshAfter;
    private readonly long _refreshAgainAfter;

    /// <summary>Makes a directory; asks nobody yet.</summary>
    /// <param name="neutron">The API; stays the caller's. Should not repeat requests by itself (<see cref="NeutronOptions.Retries"/> 0): guests ask again.</param>
    /// <param name="options">How to ask and remember.</param>
    /// <param name="time">Clock of all that grows old.</param>
    /// <param name="logger">Told when Neutron fails and answers again.</param>
    public NeutronPortDirectory(NeutronClient neutron, NeutronDirectoryOptions options, TimeProvider time, ILogger<NeutronPortDirectory> logger)
    {
        ArgumentNullException.ThrowIfNull(neutron);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _neutron = neutron;
        _options = options;
        _time = time;
        _logger = logger;
        _gate = new NeutronGate(options, time, logger);
        _ports = new NeutronPorts(neutron, _gate, options);
        _memory = new DirectoryMemory(options, time, new Errands(FetchNetworkAsync, FetchRouterAsync, AskNeutronAsync));

        // Before it is too old, so that a busy network never waits.
        _refreshAfter = (long)(options.TimeToLive.TotalSeconds * 0.8 * time.TimestampFrequency);
        _refreshAgainAfter = (long)(options.TimeToLive.TotalSeconds * 0.1 * time.TimestampFrequency);
    }

    /// <summary>Ports in memory.</summary>
    internal int PortsHeld => _memory.Ports;

    /// <summary>Networks and routers in memory.</summary>
    internal int ScopesHeld => _memory.Scopes;

    /// <summary>Whether anything is being asked for, also where nobody waits for it.</summary>
    internal bool IsAsking => _memory.IsAsking;

    /// <inheritdoc/>
    /// <remarks>Completes synchronously, without asking and without allocating, for a port in memory.</remarks>
    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken)
    {
        if (!ScopeKey.TryRead(query.Scope, out var scope))
        {
            DirectoryMetrics.Ended(PortOutcome.Unknown);
            return new ValueTask<PortLookup>(Unknown);
        }

        var peer = PeerKey.Of(query);
        if (Recall(scope, peer) is not { } port) return new ValueTask<PortLookup>(FindInNeutronAsync(scope, peer, afresh: false, cancellationToken));
        DirectoryMetrics.Hit();
        return new ValueTask<PortLookup>(new PortLookup(PortOutcome.Found, port));
    }

    /// <inheritdoc/>
    public bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        port = ScopeKey.TryRead(query.Scope, out var scope) ? Recall(scope, PeerKey.Of(query)) : null;
        if (port is null) return false;
        DirectoryMetrics.Hit();
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>The answer is of a request that begins after the call; from then on memory says the same.</remarks>
    public ValueTask<PortLookup> FindAfreshAsync(PortQuery query, CancellationToken cancellationToken) =>
        ScopeKey.TryRead(query.Scope, out var scope)
            ? new ValueTask<PortLookup>(FindInNeutronAsync(scope, PeerKey.Of(query), afresh: true, cancellationToken))
            : new ValueTask<PortLookup>(Unknown);

    /// <summary>Finds out whether the account sees what the directory needs to see, and logs it. Never throws but for <paramref name="cancellationToken"/>.</summary>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<NeutronSelfTest> CheckAsync(CancellationToken cancellationToken)
    {
        var result = await VisibilityCheck.RunAsync(_neutron, cancellationToken);
        switch (result.Outcome)
        {
            case NeutronSelfTestOutcome.Ok:
                DirectoryLog.CheckPassed(_logger, result.Line);
                break;
            case NeutronSelfTestOutcome.Unproven or NeutronSelfTestOutcome.Unreachable:
                DirectoryLog.CheckDoubtful(_logger, result.Line);
                break;
            default:
                DirectoryLog.CheckFailed(_logger, result.Line);
                break;
        }

        return result;
    }

    /// <summary>Ends what is being asked; those who wait are told that the directory is unavailable.</summary>
    public void Dispose() => _gate.Dispose();

    private FoundPort? Recall(ScopeKey scope, in PeerKey peer)
    {
        var now = _time.GetTimestamp();
        return scope.Kind == ScopeKind.Network
            ? _memory.FindNetwork(scope.Id) is { } network ? Recall(network, peer, now) : null
            : _memory.FindRouter(scope.Id) is { } router ? Recall(router, peer, now) : null;
    }

    // Of two memories the newer one counts, also where it does not know the port: it may have gone.
    private FoundPort? Recall(NetworkMemory network, in PeerKey peer, long now)
    {
        network.Use(now);
        var oldest = _memory.OldestAt(now);
        var answer = network.Recall(peer, oldest);
        if (network.Ports(oldest) is not { } ports || answer?.AskedAt > ports.AskedAt) return answer?.Port;

        ports.TryFind(peer, out var port);
        if (port is not null) RefreshAhead(network, ports, now);
        return port;
    }

    private FoundPort? Recall(RouterMemory router, in PeerKey peer, long now)
    {
        router.Use(now);
        var oldest = _memory.OldestAt(now);
        var answer = router.Recall(peer, oldest);
        if (router.Networks(oldest) is not { } known || known.Networks.Ids.Count > _options.LargestRouter) return answer?.Port;

        var since = known.AskedAt;
        var matches = 0;
        FoundPort? found = null;
        foreach (var id in known.Networks)
        {
            if (_memory.FindNetwork(id) is not { } network || network.Ports(oldest) is not { } ports) return answer?.Port;
            network.Use(now);
            since = Math.Min(since, ports.AskedAt);
            RefreshAhead(network, ports, now);
            if (!ports.TryFind(peer, out var port)) continue;
            matches++;
            found = port;
        }

        if (answer?.AskedAt > since) return answer.Port;
        if (matches != 1 || found is null) return null;
        if (now - known.AskedAt > _refreshAfter && router.IsRefreshDue(now, now + _refreshAgainAfter)) _ = router.Fetch.Join();
        return found;
    }

    private void RefreshAhead(NetworkMemory network, NetworkPorts ports, long now)
    {
        if (now - ports.AskedAt > _refreshAfter && network.IsRefreshDue(now, now + _refreshAgainAfter)) _ = network.Fetch.Join();
    }

    private async Task<PortLookup> FindInNeutronAsync(ScopeKey scope, PeerKey peer, bool afresh, CancellationToken cancellationToken)
    {
        DirectoryMetrics.Missed();
        try
        {
            var lookup = await AskAsync(_memory.Of(scope), peer, afresh, cancellationToken);
            DirectoryMetrics.Ended(lookup.Outcome);
            return lookup;
        }
        catch (InventoryUnavailableException)
        {
            DirectoryMetrics.Unavailable();
            throw;
        }
    }

    private async Task<PortLookup> AskAsync(ScopeMemory scope, PeerKey peer, bool afresh, CancellationToken cancellationToken)
    {
        if (_gate.IsPaused(new RequestKey(RequestKind.Ports, scope.Key.Id), out var reason)) throw NeutronGate.LeftAlone(reason);
        if (!afresh && _options.TimeToLive > TimeSpan.Zero)
        {
            if (scope is RouterMemory router && await NetworksOfAsync(router).WaitAsync(cancellationToken) is null) return Unknown;
            if (await FillAsync(scope).WaitAsync(cancellationToken) && Recall(scope.Key, peer) is { } port) return new PortLookup(PortOutcome.Found, port);
        }

        return await scope.AskAsync(peer, afresh).WaitAsync(cancellationToken);
    }

    private Task<RouterNetworks?> NetworksOfAsync(RouterMemory router) =>
        router.Networks(_memory.OldestAt(_time.GetTimestamp())) is { } known ? Task.FromResult<RouterNetworks?>(known) : router.Fetch.Join();

    // True where memory then holds all ports of the scope's networks.
    private async Task<bool> FillAsync(ScopeMemory scope)
    {
        var now = _time.GetTimestamp();
        var oldest = _memory.OldestAt(now);
        if (scope is NetworkMemory alone) return await FillAsync(alone, now, oldest);
        if (((RouterMemory)scope).Networks(oldest) is not { } known || known.Networks.Ids.Count > _options.LargestRouter) return false;

        var networks = known.Networks.Ids.Select(_memory.Network).ToList();
        if (networks.Exists(network => network.AsksAlone(now))) return false;
        var filled = await Task.WhenAll(networks.Select(network => FillAsync(network, now, oldest)));
        return filled.All(static isFilled => isFilled);
    }

    private async Task<bool> FillAsync(NetworkMemory network, long now, long oldest)
    {
        // Memory was asked before and did not know: then the port is new, or nobody's.
        if (network.Ports(oldest) is not null) return true;
        if (_options.LargestNetwork == 0 || network.AsksAlone(now)) return false;
        if (_gate.IsPaused(new RequestKey(RequestKind.Network, network.Key.Id), out _)) return false;
        try
        {
            return await network.Fetch.Join().WaitAsync(_options.PatienceForNetwork, _time);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // What goes wrong with a whole network need not go wrong with the one port that is asked for, and that tells whoever waits.
    private async Task<bool> FetchNetworkAsync(NetworkMemory network)
    {
        var askedAt = _memory.Stamp();
        try
        {
            if (await _ports.AllOfAsync(network.Key.Id) is { } rows)
            {
                network.Learn(new NetworkPorts(askedAt, rows));
                _memory.Learnt(rows.Count);
                return true;
            }

            DirectoryLog.TooLarge(_logger, network.Key.Id, _options.LargestNetwork);
            AskAlone(network, WhenTooLarge);
        }
        catch (InventoryUnavailableException e)
        {
            if (e.InnerException is OperationCanceledException && _time.GetElapsedTime(askedAt) >= _options.RequestTimeout)
            {
                DirectoryLog.NotFetchedWhole(_logger, network.Key.Id, e.Message);
                AskAlone(network, WhenTooSlow);
            }
        }

        return false;
    }

    private void AskAlone(NetworkMemory network, TimeSpan pause) =>
        network.AskAlone(_time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency));

    private async Task<RouterNetworks?> FetchRouterAsync(RouterMemory router)
    {
        var askedAt = _memory.Stamp();
        var known = await _ports.NetworksOfAsync(router.Key.Id) is { } networks ? new RouterNetworks(networks, askedAt) : null;
        router.Learn(known);
        return known;
    }

    private async Task<IReadOnlyDictionary<PeerKey, PortLookup>> AskNeutronAsync(ScopeMemory scope, IReadOnlyCollection<PeerKey> peers, bool afresh)
    {
        var networks = scope is not RouterMemory router ? NetworkSet.Of(scope.Key.Id)
            : afresh ? (await FetchRouterAsync(router))?.Networks
            : (await NetworksOfAsync(router))?.Networks;
        var askedAt = _memory.Stamp();
        var rows = networks is null ? [] : await _ports.OfAsync(scope.Key, networks, peers);

        var answers = new Dictionary<PeerKey, PortLookup>(peers.Count);
        foreach (var peer in peers)
        {
            var matching = rows.Where(row => row.Peers.Contains(peer)).ToList();
            answers[peer] = matching switch
            {
                [] => Unknown,
                [var one] => one.Port.InstanceId.Value.Length > 0 ? new PortLookup(PortOutcome.Found, one.Port) : Unknown,
                _ => new PortLookup(PortOutcome.Ambiguous, null),
            };
            Remember(scope, networks, peer, answers[peer].Port, askedAt, afresh);
        }

        return answers;
    }

    private void Remember(ScopeMemory scope, NetworkSet? networks, in PeerKey peer, FoundPort? port, long askedAt, bool afresh)
    {
        if (port is null)
        {
            scope.Forget(peer);
        }
        else if (_options.TimeToLive > TimeSpan.Zero)
        {
            scope.Learn(peer, new Answer(port, askedAt));
            _memory.Learnt(1);
        }

        if (!afresh || networks is null) return;
        foreach (var id in networks.Ids)
        {
            if (_memory.FindNetwork(id) is { } network) network.Compare(peer, port is not null && Guid.Parse(port.NetworkId) == id ? port : null, askedAt);
        }
    }
}
