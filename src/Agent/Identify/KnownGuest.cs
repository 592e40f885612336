using Firstlight.Agent.Memory;
using Firstlight.Inventory;

namespace Firstlight.Agent.Identify;

/// <summary>The last good answer of the port directory for one peer, with the signature that follows from it and the last thing it asked.</summary>
internal sealed class KnownGuest(FoundPort port, string signature) : IRecent
{
    private readonly Lock _gate = new();
    private long _lastUsed;
    private long _lookedAfresh;
    private DateTimeOffset _fetchedAt;
    private string? _target;
    private int _status;

    public FoundPort Port => port;

    /// <summary>Of the instance id; computing it costs more than all the rest of a request.</summary>
    public string Signature => signature;

    /// <summary>When the directory last confirmed it, as a timestamp.</summary>
    public long LastUsed => Interlocked.Read(ref _lastUsed);

    public long Weight => 1;

    public bool IsSameInstanceAs(KnownGuest other) => port.InstanceId == other.Port.InstanceId && port.ProjectId == other.Port.ProjectId;

    public void Confirm(long timestamp) => Interlocked.Exchange(ref _lastUsed, timestamp);

    /// <summary>Whether the directory may be asked afresh about this guest now: once in <paramref name="period"/>, so that no guest can make it busy.</summary>
    public bool TryLookAfresh(TimeProvider time, TimeSpan period)
    {
        // 0 stands for never.
        var now = Math.Max(1, time.GetTimestamp());
        var last = Interlocked.Read(ref _lookedAfresh);
        return (last == 0 || time.GetElapsedTime(last, now) >= period) && Interlocked.CompareExchange(ref _lookedAfresh, now, last) == last;
    }

    /// <summary>Whether <see cref="TryLookAfresh"/> would say so now.</summary>
    public bool MayLookAfresh(TimeProvider time, TimeSpan period)
    {
        var last = Interlocked.Read(ref _lookedAfresh);
        return last == 0 || time.GetElapsedTime(last) >= period;
    }

    public void NoteFetch(DateTimeOffset at, string target, int status)
    {
        lock (_gate) (_fetchedAt, _target, _status) = (at, target, status);
    }

    public InstanceFetch? LastFetch()
    {
        lock (_gate) return _target is null ? null : new InstanceFetch(port.InstanceId.Value, _fetchedAt, _target, _status);
    }
}
