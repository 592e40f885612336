using Firstlight.Agent.Memory;

namespace Firstlight.Agent.Tests.Memory;

public sealed class RecentMapTests
{
    [Fact]
    public void Full_map_forgets_what_was_used_longest_ago()
    {
        var map = new RecentMap<int, Entry>(100);
        for (var i = 0; i <= 100; i++) map.Set(i, new Entry(i, 1));

        Assert.InRange(map.Weight, 1, 100);
        Assert.Null(map.Find(0));
        Assert.NotNull(map.Find(100));
    }

    [Fact]
    public void Replaced_and_removed_entries_give_back_their_weight()
    {
        var map = new RecentMap<int, Entry>(1000);
        map.Set(1, new Entry(1, 400));
        map.Set(1, new Entry(2, 100));
        map.Set(2, new Entry(3, 50));
        map.Remove(2);
        map.Remove(2);

        Assert.Equal(100, map.Weight);
    }

    [Fact]
    public void Weight_holds_under_parallel_writers()
    {
        var map = new RecentMap<int, Entry>(500);
        Parallel.For(0, 20_000, i =>
        {
            map.Set(i % 1000, new Entry(i, 1));
            if (i % 3 == 0) map.Remove(i % 1000);
        });

        Assert.Equal(map.Entries.Count(), map.Weight);
        Assert.InRange(map.Weight, 0, 510);
    }

    private sealed record Entry(long LastUsed, long Weight) : IRecent;
}
