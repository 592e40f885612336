using System.Collections.Concurrent;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>What a memory has done where it knows too little.</summary>
/// <param name="FetchNetwork">Fetches all ports of a network into its memory; false where it is not to be fetched whole.</param>
/// <param name="FetchRouter">Fetches the networks of a router into its memory; null where it has none.</param>
/// <param name="Ask">Asks for some ports of a scope; answers each of them.</param>
internal sealed record Errands(
    Func<NetworkMemory, Task<bool>> FetchNetwork,
    Func<RouterMemory, Task<RouterNetworks?>> FetchRouter,
    Func<ScopeMemory, IReadOnlyCollection<PeerKey>, bool, Task<IReadOnlyDictionary<PeerKey, PortLookup>>> Ask);

/// <summary>A port that was asked for by itself.</summary>
/// <param name="Port">It.</param>
/// <param name="AskedAt">Timestamp of before it was asked for.</param>
internal sealed record Answer(FoundPort Port, long AskedAt);

/// <summary>What is remembered of a network or router: never that somebody is unknown.</summary>
internal abstract class ScopeMemory
{
    private readonly QuestionQueue _addresses;
    private readonly QuestionQueue _macs;
    private ConcurrentDictionary<PeerKey, Answer>? _answers;
    private long _lastUsed;
    private long _refreshAt = long.MinValue;

    protected ScopeMemory(ScopeKey key, Errands errands)
    {
        Key = key;
        _addresses = new QuestionQueue((peers, afresh) => errands.Ask(this, peers, afresh));
        _macs = new QuestionQueue((peers, afresh) => errands.Ask(this, peers, afresh));
    }

    public ScopeKey Key { get; }

    public long LastUsed => Interlocked.Read(ref _lastUsed);

    /// <summary>Ports held.</summary>
    public virtual int Weight => Volatile.Read(ref _answers)?.Count ?? 0;

    /// <summary>Whether it is being asked for, or holds something that must not be forgotten.</summary>
    public virtual bool IsBusy(long now) => _addresses.IsRunning || _macs.IsRunning;

    /// <summary>Asks Neutron for one port.</summary>
    /// <param name="peer">What it is known by.</param>
    /// <param name="afresh">Whether the answer must be of a request that begins from now on.</param>
    public Task<PortLookup> AskAsync(in PeerKey peer, bool afresh) => (peer.Mac is null ? _addresses : _macs).AskAsync(peer, afresh);

    public void Use(long now) => Interlocked.Exchange(ref _lastUsed, now);

    /// <summary>Whether somebody should fetch it before it is too old; true once, then not before <paramref name="next"/>.</summary>
    public bool IsRefreshDue(long now, long next)
    {
        var due = Interlocked.Read(ref _refreshAt);
        return now >= due && Interlocked.CompareExchange(ref _refreshAt, next, due) == due;
    }

    /// <returns>Null when there is none, or only one asked for before <paramref name="oldest"/>.</returns>
    public Answer? Recall(in PeerKey peer, long oldest) =>
        Volatile.Read(ref _answers) is { } answers && answers.TryGetValue(peer, out var answer) && answer.AskedAt >= oldest ? answer : null;

    public void Learn(in PeerKey peer, Answer answer)
    {
        if (Volatile.Read(ref _answers) is not { } answers)
        {
            var made = new ConcurrentDictionary<PeerKey, Answer>();
            answers = Interlocked.CompareExchange(ref _answers, made, null) ?? made;
        }

        answers.AddOrUpdate(peer, static (_, given) => given, static (_, known, given) => known.AskedAt > given.AskedAt ? known : given, answer);
    }

    public void Forget(in PeerKey peer) => Volatile.Read(ref _answers)?.TryRemove(peer, out _);

    /// <summary>Forgets what was asked for before.</summary>
    public virtual void ForgetBefore(long timestamp)
    {
        if (Volatile.Read(ref _answers) is not { } answers) return;
        foreach (var pair in answers)
        {
            if (pair.Value.AskedAt < timestamp) answers.TryRemove(pair);
        }
    }
}

/// <summary>What is remembered of a network.</summary>
internal sealed class NetworkMemory : ScopeMemory
{
    private NetworkPorts? _ports;
    private long _doubtedBefore = long.MinValue;
    private long _aloneUntil = long.MinValue;

    public NetworkMemory(Guid id, Errands errands)
        : base(new ScopeKey(ScopeKind.Network, id), errands) => Fetch = new Flight<bool>(() => errands.FetchNetwork(this));

    /// <summary>Fetches all its ports; false where the network is too large for that.</summary>
    public Flight<bool> Fetch { get; }

    public override int Weight => base.Weight + (Volatile.Read(ref _ports)?.Count ?? 0);

    public override bool IsBusy(long now) => Fetch.IsRunning || AsksAlone(now) || base.IsBusy(now);

    /// <summary>All its ports, unless asked for before <paramref name="oldest"/>.</summary>
    public NetworkPorts? Ports(long oldest) =>
        Volatile.Read(ref _ports) is { } ports && ports.AskedAt >= oldest && ports.AskedAt >= Interlocked.Read(ref _doubtedBefore) ? ports : null;

    /// <summary>Whether each port of it is asked for by itself for now.</summary>
    public bool AsksAlone(long now) => now < Interlocked.Read(ref _aloneUntil);

    public void AskAlone(long until)
    {
        Volatile.Write(ref _ports, null);
        Interlocked.Exchange(ref _aloneUntil, until);
    }

    public void Learn(NetworkPorts ports)
    {
        Volatile.Write(ref _ports, ports);

        // What these ports say is newer.
        base.ForgetBefore(ports.AskedAt);
    }

    /// <summary>After a port was asked for by itself: where memory says otherwise, or is just being filled, what was asked for before counts no more.</summary>
    /// <param name="peer">Who was asked for.</param>
    /// <param name="port">The port on this network that was found, if any.</param>
    /// <param name="askedAt">When.</param>
    public void Compare(in PeerKey peer, FoundPort? port, long askedAt)
    {
        FoundPort? known = null;
        Volatile.Read(ref _ports)?.TryFind(peer, out known);
        if (!Equals(known, port) || Fetch.IsRunning) Interlocked.Exchange(ref _doubtedBefore, askedAt);
    }

    public override void ForgetBefore(long timestamp)
    {
        base.ForgetBefore(timestamp);
        if (Volatile.Read(ref _ports) is { } ports && ports.AskedAt < timestamp) Interlocked.CompareExchange(ref _ports, null, ports);
    }
}

/// <summary>The networks of a router as they were at one moment.</summary>
internal sealed record RouterNetworks(NetworkSet Networks, long AskedAt);

/// <summary>What is remembered of a router.</summary>
internal sealed class RouterMemory : ScopeMemory
{
    private RouterNetworks? _networks;

    public RouterMemory(Guid id, Errands errands)
        : base(new ScopeKey(ScopeKind.Router, id), errands) => Fetch = new Flight<RouterNetworks?>(() => errands.FetchRouter(this));

    /// <summary>Asks for its networks; null where it has none.</summary>
    public Flight<RouterNetworks?> Fetch { get; }

    public override bool IsBusy(long now) => Fetch.IsRunning || base.IsBusy(now);

    /// <summary>Its networks, unless asked for before <paramref name="oldest"/>.</summary>
    public RouterNetworks? Networks(long oldest) => Volatile.Read(ref _networks) is { } networks && networks.AskedAt >= oldest ? networks : null;

    /// <summary>Remembers them; null forgets, for that a router has none is never remembered.</summary>
    public void Learn(RouterNetworks? networks) => Volatile.Write(ref _networks, networks);

    public override void ForgetBefore(long timestamp)
    {
        base.ForgetBefore(timestamp);
        if (Volatile.Read(ref _networks) is { } networks && networks.AskedAt < timestamp) Interlocked.CompareExchange(ref _networks, null, networks);
    }
}
