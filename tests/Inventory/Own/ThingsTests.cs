using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Things that were made of others: what they say they differ in, and by what they are grouped.</summary>
public sealed class ThingsTests
{
    private static readonly Func<Thing, string> Home = thing => thing.Home;

    private static readonly Gen<(int Key, string? Home)[]> Step =
        (from key in Gen.Choose(0, 9) from home in Gen.Elements("a", "b", "c", null) select (key, home)).ArrayOf();

    [Fact]
    public void What_was_touched_on_the_way_holds_all_that_differs_and_groups_are_as_if_made_anew()
    {
        var told = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(20), Prop.ForAll(Step.ArrayOf().ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (steps, asked) =>
        {
            var all = new List<Things<int, Thing>> { Things<int, Thing>.None };
            foreach (var step in steps)
            {
                // Groups are made by whoever asks first, and kept from then on.
                if (all.Count > asked) _ = all[^1].Of(Home, "a");
                all.Add(Changed(all[^1], step));
            }

            var last = all[^1];
            foreach (var earlier in all)
            {
                var differing = last.All.Keys.Union(earlier.All.Keys).Where(key => !ReferenceEquals(last.All.GetValueOrDefault(key), earlier.All.GetValueOrDefault(key)));
                if (last.Is(earlier)) Assert.Empty(differing);
                else if (last.KeysSince(earlier) is { } keys && ++told > 0) Assert.Subset(keys.ToHashSet(), differing.ToHashSet());
                foreach (var home in (string[])["a", "b", "c", "nowhere"])
                    Assert.Equal(earlier.All.Values.Where(t => t.Home == home).OrderBy(t => t.Number), earlier.Of(Home, home).OrderBy(t => t.Number));
            }
        }));
        Assert.True(told > 500, $"only {told} knew what was touched: the property says little");
    }

    [Fact]
    public void Things_of_another_making_know_nothing_of_each_other()
    {
        var one = Changed(Things<int, Thing>.None, [(1, "a")]);
        Assert.Equal([1], one.KeysSince(Things<int, Thing>.None)!);
        Assert.Null(one.KeysSince(new Things<int, Thing>(ImmutableDictionary<int, Thing>.Empty)));
        Assert.Null(Things<int, Thing>.None.KeysSince(one));
        Assert.Null(new Things<int, Thing>(one.All).KeysSince(one));
    }

    [Fact]
    public void Who_fell_far_behind_is_not_told_what_he_missed()
    {
        var (first, last) = (Things<int, Thing>.None, Things<int, Thing>.None);
        for (var i = 0; i < 8; i++) last = Changed(last, [(i, "a")]);
        Assert.Equal(8, last.KeysSince(first)!.Count());
        Assert.Null(Changed(last, [(8, "a")]).KeysSince(first));
    }

    [Fact]
    public void A_draft_nothing_was_put_into_is_what_there_was()
    {
        var before = Changed(Things<int, Thing>.None, [(1, "a")]);
        Assert.Same(before, new ThingsDraft<int, Thing>(before).Next);
    }

    private static Things<int, Thing> Changed(Things<int, Thing> before, (int Key, string? Home)[] step)
    {
        var draft = new ThingsDraft<int, Thing>(before);
        foreach (var (key, home) in step)
        {
            if (home is null) draft.Remove(key);
            else draft.Put(key, new Thing(key, home));
        }
        return draft.Next;
    }

    private sealed record Thing(int Number, string Home);
}
