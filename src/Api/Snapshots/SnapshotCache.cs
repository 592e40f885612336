using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>Snapshots by instance id as sent. One build at a time for an id; the rest wait for it.</summary>
/// <remarks>
/// Where the store tells its changes, a snapshot lives until the store's revision moves on; elsewhere until it is old. While the store cannot be
/// reached the last good snapshot is served on for a while.
/// </remarks>
internal sealed class SnapshotCache(ApiOptions options, IInstanceSource source, SnapshotBuilder builder, TimeProvider time, ILogger logger)
{
    // An unreachable store may take seconds to say so: guests of a stale snapshot need not all wait for it.
    private static readonly TimeSpan RetryStoreAfter = TimeSpan.FromSeconds(1);

    // Trimming a tenth below the limit makes the cost of finding the oldest rare.
    private const double TrimTo = 0.9;

    private readonly ConcurrentDictionary<string, CachedSnapshot> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly Lock _flightsLock = new();
    private readonly Lock _countLock = new();
    private long _bytes;

    /// <summary>Memory held, roughly.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Instances held.</summary>
    public int Count => _entries.Count;

    /// <summary>Finds an entry, fresh or not.</summary>
    public bool TryGet(string id, [MaybeNullWhen(false)] out CachedSnapshot entry) => _entries.TryGetValue(id, out entry);

    /// <summary>Tells whether an entry may be served without asking the store, and notes its use.</summary>
    public bool Use(CachedSnapshot entry)
    {
        var now = time.GetTimestamp();
        if (!IsFresh(entry))
        {
            if (now >= entry.TrustedUntil) return false;
        }
        else
        {
            entry.LastGood = now;
        }

        entry.LastUsed = now;
        if (entry.Snapshot.Size != entry.CountedBytes) CountBytes(entry);
        return true;
    }

    /// <summary>Gets a snapshot from the cache or from the store.</summary>
    /// <param name="id">As received, already verified.</param>
    /// <param name="clientAddress">Who asks, for an instance without IPv4 address.</param>
    /// <param name="cancellationToken">Ends this wait, not the build.</param>
    /// <returns>Null when there is no such instance.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked and nothing good is kept.</exception>
    public async ValueTask<CachedSnapshot?> GetAsync(string id, string? clientAddress, CancellationToken cancellationToken)
    {
        if (TryGet(id, out var entry) && Use(entry)) return entry;
        return await Join(id, clientAddress).WaitAsync(cancellationToken);
    }

    /// <summary>Makes the next request build anew.</summary>
    public void Expire(string id)
    {
        if (TryGet(id, out var entry)) entry.Expire();
    }

    private bool IsFresh(CachedSnapshot entry)
    {
        if (entry.Expired) return false;
        return source.Changes is { } changes ? entry.Revision == changes.Revision : time.GetElapsedTime(entry.BuiltAt) < options.CacheExpiration;
    }

    private Task<CachedSnapshot?> Join(string id, string? clientAddress)
    {
        Flight flight;
        lock (_flightsLock)
        {
            // A build that began before the last change may have read the facts of before.
            var revision = source.Changes?.Revision ?? 0;
            if (_flights.TryGetValue(id, out var running) && running.Revision == revision) return running.Result.Task;
            flight = new Flight(revision);
            _flights[id] = flight;
        }

        _ = FlyAsync(id, clientAddress, flight);
        return flight.Result.Task;
    }

    private async Task FlyAsync(string id, string? clientAddress, Flight flight)
    {
        CachedSnapshot? entry = null;
        Exception? failure = null;
        try
        {
            entry = await builder.BuildAsync(id, clientAddress, flight.Revision, CancellationToken.None);
            Keep(id, entry);
        }
        catch (InventoryUnavailableException e)
        {
            entry = Stale(id, e);
            if (entry is null) failure = e;
        }
        catch (Exception e)
        {
            // The border of a build: whatever the store threw is handed to those who wait.
            failure = e;
        }

        lock (_flightsLock)
        {
            if (_flights.TryGetValue(id, out var current) && current == flight) _flights.Remove(id);
        }

        if (failure is null) flight.Result.SetResult(entry);
        else flight.Result.SetException(failure);
    }

    private CachedSnapshot? Stale(string id, InventoryUnavailableException failure)
    {
        var now = time.GetTimestamp();
        if (!TryGet(id, out var entry) || time.GetElapsedTime(entry.LastGood, now) >= options.StaleIfError)
        {
            ApiLog.Unavailable(logger, id, failure.Message);
            return null;
        }

        ApiLog.ServedStale(logger, id, failure.Message);
        entry.TrustedUntil = now + (long)(RetryStoreAfter.TotalSeconds * time.TimestampFrequency);
        return entry;
    }

    private void Keep(string id, CachedSnapshot? entry)
    {
        lock (_countLock)
        {
            if (_entries.TryRemove(id, out var previous)) Forget(previous);
            if (entry is null) return;

            _entries[id] = entry;
        }

        CountBytes(entry);
    }

    private void CountBytes(CachedSnapshot entry)
    {
        lock (_countLock)
        {
            var size = entry.Snapshot.Size;
            if (entry.CountedBytes < 0) return;

            Interlocked.Add(ref _bytes, size - entry.CountedBytes);
            entry.CountedBytes = size;
            if (_bytes > options.SnapshotCacheBytes) Trim();
        }
    }

    private void Trim()
    {
        foreach (var (id, entry) in _entries.OrderBy(pair => pair.Value.LastUsed).ToList())
        {
            if (_bytes <= options.SnapshotCacheBytes * TrimTo) return;
            if (_entries.TryRemove(new KeyValuePair<string, CachedSnapshot>(id, entry))) Forget(entry);
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
