using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>All things of one kind by key: at hand, or read when they are first asked for.</summary>
/// <remarks>What is at hand can be shared between threads; what is yet to be read belongs to the thread and the transaction that read it.</remarks>
internal sealed class Things<TKey, T>
    where TKey : notnull
{
    private Func<ImmutableDictionary<TKey, T>>? _read;
    private ImmutableDictionary<TKey, T>? _all;

    /// <summary>Things at hand.</summary>
    public Things(ImmutableDictionary<TKey, T> all) => _all = all;

    /// <summary>Things to read when they are asked for.</summary>
    public Things(Func<ImmutableDictionary<TKey, T>> read) => _read = read;

    /// <summary>Of a kind there are none of.</summary>
    public static Things<TKey, T> None { get; } = new(ImmutableDictionary<TKey, T>.Empty);

    /// <summary>All of them.</summary>
    public ImmutableDictionary<TKey, T> All => _all ?? Read();

    /// <summary>Whether another holds the very same things, as far as that shows without reading: a cloud shares with the one before what a change left alone.</summary>
    public bool Is(Things<TKey, T> other) => ReferenceEquals(this, other) || (_all is not null && ReferenceEquals(_all, other._all));

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
{
    private ImmutableDictionary<TKey, T>.Builder? _now;

    /// <summary>What there is so far.</summary>
    public ImmutableDictionary<TKey, T>.Builder Now => _now ??= before.All.ToBuilder();

    /// <summary>What there will be: what there was, where nobody asked for it.</summary>
    public Things<TKey, T> Next => _now is null ? before : new Things<TKey, T>(_now.ToImmutable());
}
