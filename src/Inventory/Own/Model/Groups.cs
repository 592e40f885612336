using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>Things by what they share. Immutable; made from the one before at the cost of what changed.</summary>
internal sealed class Groups<T>
    where T : class
{
    private readonly ImmutableDictionary<string, ImmutableArray<T>> _groups;

    private Groups(Func<T, string> by, ImmutableDictionary<string, ImmutableArray<T>> groups) => (By, _groups) = (by, groups);

    /// <summary>What they share.</summary>
    public Func<T, string> By { get; }

    /// <summary>Groups things.</summary>
    public static Groups<T> All(Func<T, string> by, IEnumerable<T> things) =>
        new(by, things.GroupBy(by, StringComparer.Ordinal).ToImmutableDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal));

    /// <summary>Those of one group, in no order that means anything; none where there is no such group.</summary>
    public ImmutableArray<T> Of(string owner) => _groups.TryGetValue(owner, out var group) ? group : [];

    /// <summary>These without some, and with others.</summary>
    public Groups<T> With(IEnumerable<T> gone, IEnumerable<T> come)
    {
        var groups = _groups.ToBuilder();
        foreach (var of in gone.GroupBy(By, StringComparer.Ordinal))
        {
            var leaving = of.ToHashSet(ReferenceEqualityComparer.Instance);
            groups[of.Key] = groups[of.Key].RemoveAll(leaving.Contains);
            if (groups[of.Key].IsEmpty) groups.Remove(of.Key);
        }

        foreach (var of in come.GroupBy(By, StringComparer.Ordinal)) groups[of.Key] = groups.TryGetValue(of.Key, out var group) ? group.AddRange(of) : [.. of];
        return new Groups<T>(By, groups.ToImmutable());
    }
}
