using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>All things of one kind by key: at hand, or read when they are first asked for. Those that were made of others know which keys to look at to tell them apart.</summary>
/// <remarks>What is at hand can be shared between threads; what is yet to be read belongs to the thread and the transaction that read it.</remarks>
internal sealed class Things<TKey, T>
    where TKey : notnull
    where T : class
{
    // Nobody who falls further behind than this is told what he missed.
    private const int MostSteps = 8;

    // Stands for these in the steps of later ones, which must not keep them alive.
    private readonly object _mark = new();
    private readonly ImmutableArray<(object From, IReadOnlyCollection<TKey> Keys)> _steps = [];
    private Func<ImmutableDictionary<TKey, T>>? _read;
    private ImmutableDictionary<TKey, T>? _all;
    private ImmutableArray<Groups<T>> _groups = [];

    /// <summary>Things at hand.</summary>
    public Things(ImmutableDictionary<TKey, T> all) => _all = all;

    /// <summary>Things to read when they are asked for.</summary>
    public Things(Func<ImmutableDictionary<TKey, T>> read) => _read = read;

    private Things(Things<TKey, T> former, ImmutableDictionary<TKey, T> all, IReadOnlyCollection<TKey> keys)
    {
        _all = all;
        _steps = [.. former._steps.Skip(former._steps.Length + 1 - MostSteps), (former._mark, keys)];
        _groups = [.. former._groups.Select(g => g.With(keys.Select(former.All.GetValueOrDefault).OfType<T>(), keys.Select(all.GetValueOrDefault).OfType<T>()))];
    }

    /// <summary>Of a kind there are none of.</summary>
    public static Things<TKey, T> None { get; } = new(ImmutableDictionary<TKey, T>.Empty);

    /// <summary>All of them.</summary>
    public ImmutableDictionary<TKey, T> All => _all ?? Read();

    /// <summary>Whether another holds the very same things, as far as that shows without reading: a cloud shares with the one before what a change left alone.</summary>
    public bool Is(Things<TKey, T> other) => ReferenceEquals(this, other) || (_all is not null && ReferenceEquals(_all, other._all));

    /// <summary>What became of these.</summary>
    /// <param name="all">All things there are then.</param>
    /// <param name="keys">Keys of those that may be others than here; no other's thing may be.</param>
    public Things<TKey, T> With(ImmutableDictionary<TKey, T> all, IReadOnlyCollection<TKey> keys) => ReferenceEquals(all, _all) ? this : new(this, all, keys);

    /// <summary>Keys of things that may be others than in earlier ones that these were made of.</summary>
    /// <returns>Null where that is not known.</returns>
    public IEnumerable<TKey>? KeysSince(Things<TKey, T> earlier)
    {
        for (var i = _steps.Length - 1; i >= 0; i--)
        {
            if (ReferenceEquals(_steps[i].From, earlier._mark)) return _steps.Skip(i).SelectMany(s => s.Keys).Distinct();
        }

        return null;
    }

    /// <summary>Those that share something, such as all ports on a network. Grouped when they are first asked for; what is made of these is grouped already.</summary>
    /// <param name="by">What they share; the same object each time.</param>
    /// <param name="owner">Which of them.</param>
    public ImmutableArray<T> Of(Func<T, string> by, string owner)
    {
        if (_groups.FirstOrDefault(g => ReferenceEquals(g.By, by)) is { } known) return known.Of(owner);
        var groups = Groups<T>.All(by, All.Values);
        ImmutableInterlocked.Update(ref _groups, (all, made) => all.Add(made), groups);
        return groups.Of(owner);
    }

    // Whatever it is read with may be let go of then.
    private ImmutableDictionary<TKey, T> Read()
    {
        _all = _read!();
        _read = null;
        return _all;
    }
}

/// <summary>Things of one kind that are being changed; read when a change has to do with them.</summary>
/// <param name="before">What there was.</param>
internal sealed class ThingsDraft<TKey, T>(Things<TKey, T> before)
    where TKey : notnull
    where T : class
{
    private readonly HashSet<TKey> _touched = [];
    private ImmutableDictionary<TKey, T>.Builder? _now;

    /// <summary>What there is so far.</summary>
    public IReadOnlyDictionary<TKey, T> Now => Draft;

    /// <summary>What there will be: what there was, where nothing was put or removed.</summary>
    public Things<TKey, T> Next => _touched.Count == 0 ? before : before.With(Draft.ToImmutable(), [.. _touched]);

    private ImmutableDictionary<TKey, T>.Builder Draft => _now ??= before.All.ToBuilder();

    /// <summary>Adds or replaces one.</summary>
    public void Put(TKey key, T thing)
    {
        _touched.Add(key);
        Draft[key] = thing;
    }

    /// <summary>Removes one.</summary>
    public void Remove(TKey key)
    {
        _touched.Add(key);
        Draft.Remove(key);
    }
}
