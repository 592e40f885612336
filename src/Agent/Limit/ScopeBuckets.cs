namespace Firstlight.Agent.Limit;

/// <summary>The guests of one network or router that asked lately, oldest first. A flood of addresses in it evicts nobody elsewhere.</summary>
internal sealed class ScopeBuckets
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, GuestBucket> _buckets = [];
    private GuestBucket? _oldest;
    private GuestBucket? _newest;
    private bool _closed;

    public int Count { get; private set; }

    /// <summary>Counts a request.</summary>
    /// <param name="address">Who asks.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="limits">What is allowed.</param>
    /// <param name="capacity">Most guests remembered here; the one that was silent longest makes room.</param>
    /// <param name="added">By how much <see cref="Count"/> changed.</param>
    /// <returns>Whether the request is within the limits; null when these buckets were given up and others must be asked.</returns>
    public bool? Admits(UInt128 address, long now, in RateLimits limits, int capacity, out int added)
    {
        lock (_gate)
        {
            added = 0;
            if (_closed) return null;
            var before = Count;
            if (_buckets.TryGetValue(address, out var bucket))
            {
                Unlink(bucket);
                // haproxy forgets a guest that was silent for so long, and starts anew.
                if (now - bucket.LastAsked >= limits.Expiry) _buckets[address] = bucket = new GuestBucket(address);
            }
            else
            {
                if (Count >= capacity) Forget(_oldest!);
                _buckets.Add(address, bucket = new GuestBucket(address));
                Count++;
            }

            LinkNewest(bucket);
            added = Count - before;
            return bucket.Admits(now, limits);
        }
    }

    /// <summary>Forgets the guests that were silent since <paramref name="before"/>; empty buckets close for good.</summary>
    /// <returns>How many were forgotten.</returns>
    public int Expire(long before, out bool closed)
    {
        lock (_gate)
        {
            var had = Count;
            while (_oldest is { } bucket && bucket.LastAsked <= before) Forget(bucket);
            closed = _closed = Count == 0;
            return had - Count;
        }
    }

    /// <summary>Forgets a part of the guests, those first that were silent longest.</summary>
    /// <returns>How many were forgotten.</returns>
    public int Shrink()
    {
        lock (_gate)
        {
            var had = Count;
            for (var left = had / 16 + 1; left > 0 && _oldest is not null; left--) Forget(_oldest);
            return had - Count;
        }
    }

    private void Forget(GuestBucket bucket)
    {
        _buckets.Remove(bucket.Address);
        Unlink(bucket);
        Count--;
    }

    private void Unlink(GuestBucket bucket)
    {
        if (bucket.Older is { } older) older.Newer = bucket.Newer;
        else _oldest = bucket.Newer;
        if (bucket.Newer is { } newer) newer.Older = bucket.Older;
        else _newest = bucket.Older;
        bucket.Older = bucket.Newer = null;
    }

    private void LinkNewest(GuestBucket bucket)
    {
        bucket.Older = _newest;
        if (_newest is null) _oldest = bucket;
        else _newest.Newer = bucket;
        _newest = bucket;
    }
}
