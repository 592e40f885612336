using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class PercentilesTests
{
    [Fact]
    public void They_are_times_that_were_measured() => Assert.Equal(new Percentiles(500, 990, 999), Percentiles.Of(Enumerable.Range(1, 1000).Select(n => (double)n).Reverse()));

    [Fact]
    public void Of_few_the_longest_is_all_that_is_known() => Assert.Equal(new Percentiles(2, 3, 3), Percentiles.Of([3, 1, 2]));

    [Fact]
    public void Of_none_there_are_none() => Assert.Equal(new Percentiles(0, 0, 0), Percentiles.Of([]));
}
