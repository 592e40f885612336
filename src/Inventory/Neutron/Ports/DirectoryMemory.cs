using System.Collections.Concurrent;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>All that is remembered, bounded: what is too old goes when its time comes round, what was used longest ago when there is too much.</summary>
internal sealed class DirectoryMemory(NeutronDirectoryOptions options, TimeProvider time, Errands errands)
{
    private readonly ConcurrentDictionary<Guid, NetworkMemory> _networks = new();
    private readonly ConcurrentDictionary<Guid, RouterMemory> _routers = new();
    private readonly long _timeToLive = (long)(options.TimeToLive.TotalSeconds * time.TimestampFrequency);
    private long _lastStamp = long.MinValue;
    private long _learnt;
    private long _scopes;
    private long _trimAt = time.GetTimestamp();
    private int _trimming;

    /// <summary>Ports held, counted one by one.</summary>
    public int Ports => All().Sum(static scope => scope.Weight);

    /// <summary>Networks and routers held.</summary>
    public int Scopes => _networks.Count + _routers.Count;

    /// <summary>Whether anything is being asked for.</summary>
    public bool IsAsking => All().Any(static scope => scope.IsBusy(long.MaxValue));

    /// <summary>The present as a timestamp that no other question has: of two answers one is always the newer.</summary>
    public long Stamp()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastStamp);
            var stamp = Math.Max(time.GetTimestamp(), last + 1);
            if (Interlocked.CompareExchange(ref _lastStamp, stamp, last) == last) return stamp;
        }
    }

    /// <summary>The timestamp before which an answer is too old at <paramref name="now"/>.</summary>
    public long OldestAt(long now) => _timeToLive == 0 ? long.MaxValue : now - _timeToLive + 1;

    public NetworkMemory? FindNetwork(Guid id) => _networks.GetValueOrDefault(id);

    public RouterMemory? FindRouter(Guid id) => _routers.GetValueOrDefault(id);

    public ScopeMemory Of(ScopeKey scope) => scope.Kind == ScopeKind.Network ? Network(scope.Id) : Router(scope.Id);

    public NetworkMemory Network(Guid id)
    {
        if (_networks.TryGetValue(id, out var network)) return network;
        network = _networks.GetOrAdd(id, static (id, errands) => new NetworkMemory(id, errands), errands);
        Added(network);
        return network;
    }

    public RouterMemory Router(Guid id)
    {
        if (_routers.TryGetValue(id, out var router)) return router;
        router = _routers.GetOrAdd(id, static (id, errands) => new RouterMemory(id, errands), errands);
        Added(router);
        return router;
    }

    /// <summary>Counts what a scope has learnt, and makes room where that is too much.</summary>
    public void Learnt(int ports)
    {
        Interlocked.Add(ref _learnt, ports);
        TrimWhereNeeded();
    }

    private void Added(ScopeMemory scope)
    {
        scope.Use(time.GetTimestamp());
        Interlocked.Increment(ref _scopes);
        TrimWhereNeeded();
    }

    private void TrimWhereNeeded()
    {
        var isTooMuch = Interlocked.Read(ref _learnt) > options.MaxPorts || Interlocked.Read(ref _scopes) > options.MaxScopes;
        if (!isTooMuch && time.GetTimestamp() < Interlocked.Read(ref _trimAt)) return;
        if (Interlocked.Exchange(ref _trimming, 1) != 0) return;
        Trim();
        Volatile.Write(ref _trimming, 0);
    }

    private void Trim()
    {
        var now = time.GetTimestamp();
        var oldest = OldestAt(now);
        foreach (var scope in All())
        {
            scope.ForgetBefore(oldest);
            if (scope.Weight == 0 && scope.LastUsed < oldest && !scope.IsBusy(now)) Remove(scope);
        }

        var (ports, scopes) = (Ports, Scopes);
        if (ports > options.MaxPorts || scopes > options.MaxScopes)
        {
            var (mostPorts, mostScopes) = (options.MaxPorts - (options.MaxPorts / 10), options.MaxScopes - (options.MaxScopes / 10));
            foreach (var scope in All().Select(static scope => (Scope: scope, scope.LastUsed)).OrderBy(static used => used.LastUsed).Select(static used => used.Scope).ToList())
            {
                if (ports <= mostPorts && scopes <= mostScopes) break;
                ports -= scope.Weight;
                scopes--;
                Remove(scope);
            }
        }

        // What was learnt meanwhile is counted once too seldom or too often; the next time round puts it right.
        Interlocked.Exchange(ref _learnt, ports);
        Interlocked.Exchange(ref _scopes, scopes);
        Interlocked.Exchange(ref _trimAt, now + Math.Max(_timeToLive, time.TimestampFrequency));
    }

    private void Remove(ScopeMemory scope)
    {
        if (scope.Key.Kind == ScopeKind.Network) _networks.TryRemove(scope.Key.Id, out _);
        else _routers.TryRemove(scope.Key.Id, out _);
    }

    private IEnumerable<ScopeMemory> All() => _networks.Select(static pair => (ScopeMemory)pair.Value).Concat(_routers.Select(static pair => pair.Value));
}
