using System.Collections.Concurrent;

namespace Firstlight.Agent.Memory;

/// <summary>What a <see cref="RecentMap{TKey,TEntry}"/> holds.</summary>
internal interface IRecent
{
    /// <summary>Timestamp of the last use; the holder sets it, the map only reads it.</summary>
    long LastUsed { get; }

    /// <summary>Share of the capacity this entry takes; never changes.</summary>
    long Weight { get; }
}

/// <summary>A bounded map that forgets what was used longest ago. Reads take no lock; when full, one sweep frees a tenth.</summary>
internal sealed class RecentMap<TKey, TEntry>(long capacity)
    where TKey : notnull
    where TEntry : class, IRecent
{
    private readonly ConcurrentDictionary<TKey, TEntry> _entries = new();
    private long _weight;
    private int _sweeping;

    public long Weight => Interlocked.Read(ref _weight);

    public IEnumerable<TEntry> Entries => _entries.Select(pair => pair.Value);

    public TEntry? Find(TKey key) => _entries.GetValueOrDefault(key);

    public void Set(TKey key, TEntry entry)
    {
        while (true)
        {
            if (_entries.TryGetValue(key, out var old))
            {
                if (!_entries.TryUpdate(key, entry, old)) continue;
                Interlocked.Add(ref _weight, entry.Weight - old.Weight);
            }
            else
            {
                if (!_entries.TryAdd(key, entry)) continue;
                Interlocked.Add(ref _weight, entry.Weight);
            }

            break;
        }

        if (Weight > capacity) Sweep();
    }

    public void Remove(TKey key)
    {
        if (_entries.TryRemove(key, out var old)) Interlocked.Add(ref _weight, -old.Weight);
    }

    // Again after each pass: whoever added while it ran left the sweeping to it.
    private void Sweep()
    {
        var target = capacity - capacity / 10;
        while (Weight > capacity && Interlocked.Exchange(ref _sweeping, 1) == 0)
        {
            foreach (var (key, entry) in _entries.ToArray().OrderBy(pair => pair.Value.LastUsed))
            {
                if (Weight <= target) break;
                if (_entries.TryRemove(KeyValuePair.Create(key, entry))) Interlocked.Add(ref _weight, -entry.Weight);
            }

            Volatile.Write(ref _sweeping, 0);
        }
    }
}
