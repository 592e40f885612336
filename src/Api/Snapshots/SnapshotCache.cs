using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Firstlight.Api.Identify;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>Snapshots by the key of their caller: behind an agent the instance id as sent. One build at a time for a key; others wait.</summary>
/// <remarks>
/// Where the store tells its changes, a snapshot lives until one touches what its instance is told; elsewhere until it is old. While the store cannot be
/// reached the last good snapshot is served on for a while.
/// </remarks>
internal sealed class SnapshotCache(
    ApiOptions options, IInstanceSource source, SnapshotBuilder builder, VendorDataFile vendorData, ApiMetrics metrics, TimeProvider time, ILogger logger)
{
    // An unreachable store may take seconds to say so: guests of a stale snapshot need not all wait for it.
    private static readonly TimeSpan RetryStoreAfter = TimeSpan.FromSeconds(1);

    // Trimming a tenth below the limit makes the cost of finding the oldest rare.
    private const double TrimTo = 0.9;

    // Beyond this share of the memory nothing is built ahead.
    private const double MostAhead = 0.5;

    private readonly ConcurrentDictionary<string, CachedSnapshot> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly Lock _flightsLock = new();
    private readonly Lock _countLock = new();
    private long _bytes;
    private int _trimming;

    /// <summary>Memory held, roughly.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Instances held.</summary>
    public int Count => _entries.Count;

    /// <summary>Finds an entry, fresh or not.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out CachedSnapshot entry) => _entries.TryGetValue(key, out entry);

    /// <summary>Tells whether an entry may be served without asking the store, and notes its use.</summary>
    public bool Use(CachedSnapshot entry)
    {
        var now = time.GetTimestamp();
        if (!IsFresh(entry))
        {
            if (now >= entry.TrustedUntil) return false;
            metrics.ServedStale();
        }
        else
        {
            entry.LastGood = now;
        }

        entry.LastUsed = now;

        // Elsewhere: making room takes longer than a request for a document that is there may wait.
        if (entry.Snapshot.Size != entry.CountedBytes && CountBytes(entry))
            ThreadPool.UnsafeQueueUserWorkItem(static cache => cache.Trim(), this, preferLocal: false);
        return true;
    }

    /// <summary>Gets a snapshot from the cache or from the store.</summary>
    /// <param name="caller">Who asks, already verified.</param>
    /// <param name="cancellationToken">Ends this wait, not the build.</param>
    /// <returns>Null when there is no such instance.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked and nothing good is kept.</exception>
    public async ValueTask<CachedSnapshot?> GetAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (TryGet(caller.CacheKey, out var entry) && Use(entry)) return entry;
        return await Join(caller).WaitAsync(cancellationToken);
    }

    /// <summary>Builds what nobody asked for yet, unless it is held and good, or memory is better kept for those who did ask.</summary>
    /// <remarks>
    /// Never a build that guests wait for: it does not know the address they ask from, which is all one without IPv4 is told. Who asks meanwhile builds anew.
    /// </remarks>
    /// <param name="id">As an agent will send it.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <returns>Whether there is one now that was not before.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked.</exception>
    public async ValueTask<bool> BuildAheadAsync(InstanceId id, CancellationToken cancellationToken)
    {
        if (Bytes >= options.SnapshotCacheBytes * MostAhead || IsHeldOrUnderWay(id.Value)) return false;
        var entry = await builder.BuildAsync(id, clientAddress: null, verified: null, source.Changes?.Revision ?? 0, cancellationToken);
        if (entry is null)
        {
            DropStale(id.Value);
            return false;
        }

        if (entry.Snapshot.Instance.FirstIPv4 is null || IsHeldOrUnderWay(id.Value)) return false;
        Keep(id.Value, entry);
        return true;
    }

    /// <summary>Makes the next request build anew.</summary>
    public void Expire(string key)
    {
        if (TryGet(key, out var entry)) entry.Expire();
    }

    private bool IsFresh(CachedSnapshot entry)
    {
        if (entry.Expired) return false;
        return source.Changes is { } changes ? entry.IsUntouched(changes) && vendorData.StillSays(entry.VendorData) : time.GetElapsedTime(entry.BuiltAt) < options.CacheExpiration;
    }

    private bool IsHeldOrUnderWay(string key)
    {
        if (TryGet(key, out var held) && IsFresh(held)) return true;
        lock (_flightsLock) return _flights.ContainsKey(key);
    }

    private Task<CachedSnapshot?> Join(Caller caller)
    {
        Flight flight;
        lock (_flightsLock)
        {
            // A build that began before the last change may have read the facts of before.
            var revision = source.Changes?.Revision ?? 0;
            if (_flights.TryGetValue(caller.CacheKey, out var running) && running.Revision == revision) return running.Result.Task;
            flight = new Flight(revision);
            _flights[caller.CacheKey] = flight;
        }

        _ = FlyAsync(caller, flight);
        return flight.Result.Task;
    }

    private async Task FlyAsync(Caller caller, Flight flight)
    {
        CachedSnapshot? entry = null;
        Exception? failure = null;
        try
        {
            entry = await builder.BuildAsync(caller.Id, caller.Address, caller.VerifiedSignature, flight.Revision, CancellationToken.None);
            Keep(caller.CacheKey, entry);
        }
        catch (InventoryUnavailableException e)
        {
            entry = Stale(caller, e);
            if (entry is null) failure = e;
        }
        catch (Exception e)
        {
            // The border of a build: whatever the store threw is handed to those who wait.
            failure = e;
        }

        lock (_flightsLock)
        {
            if (_flights.TryGetValue(caller.CacheKey, out var current) && current == flight) _flights.Remove(caller.CacheKey);
        }

        if (failure is null) flight.Result.SetResult(entry);
        else flight.Result.SetException(failure);
    }

    private CachedSnapshot? Stale(Caller caller, InventoryUnavailableException failure)
    {
        var now = time.GetTimestamp();
        if (!TryGet(caller.CacheKey, out var entry) || time.GetElapsedTime(entry.LastGood, now) >= options.StaleIfError)
        {
            ApiLog.Unavailable(logger, caller.Id.Value, failure.Message, caller.RequestId);
            return null;
        }

        ApiLog.ServedStale(logger, caller.Id.Value, failure.Message, caller.RequestId);
        metrics.ServedStale();
        entry.TrustedUntil = now + (long)(RetryStoreAfter.TotalSeconds * time.TimestampFrequency);
        return entry;
    }

    // Of an instance that is gone. Not a fresh one: the instance may have come back since it was looked for, and its guest have asked.
    private void DropStale(string key)
    {
        if (!TryGet(key, out var entry) || IsFresh(entry)) return;
        lock (_countLock)
        {
            if (_entries.TryRemove(KeyValuePair.Create(key, entry))) Forget(entry);
        }
    }

    private void Keep(string key, CachedSnapshot? entry)
    {
        lock (_countLock)
        {
            if (_entries.TryRemove(key, out var previous)) Forget(previous);
            if (entry is null) return;

            _entries[key] = entry;
        }

        if (CountBytes(entry)) Trim();
    }

    /// <returns>Whether it is too much now.</returns>
    private bool CountBytes(CachedSnapshot entry)
    {
        lock (_countLock)
        {
            var size = entry.Snapshot.Size;
            if (entry.CountedBytes < 0) return false;

            Interlocked.Add(ref _bytes, size - entry.CountedBytes);
            entry.CountedBytes = size;
            return _bytes > options.SnapshotCacheBytes;
        }
    }

    private void Trim()
    {
        // One at a time, and again after each pass: whoever went over the limit while it ran left the trimming to it.
        while (Bytes > options.SnapshotCacheBytes && !_entries.IsEmpty && Interlocked.Exchange(ref _trimming, 1) == 0)
        {
            foreach (var (key, entry) in _entries.ToArray().OrderBy(pair => pair.Value.LastUsed))
            {
                if (Bytes <= options.SnapshotCacheBytes * TrimTo) break;
                lock (_countLock)
                {
                    if (_entries.TryRemove(new KeyValuePair<string, CachedSnapshot>(key, entry))) Forget(entry);
                }
            }

            Volatile.Write(ref _trimming, 0);
        }
    }

    // An entry that is gone is never counted again, even if a request still holds it.
    private void Forget(CachedSnapshot entry)
    {
        Interlocked.Add(ref _bytes, -entry.CountedBytes);
        entry.CountedBytes = -1;
    }

    private sealed record Flight(long Revision)
    {
        public TaskCompletionSource<CachedSnapshot?> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
