using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(0.25, "budget 1.10×, met; goal 0.30×, met")]
    [InlineData(1.04, "budget 1.10×, met; goal 0.30×, not yet")]
    [InlineData(1.11, "budget 1.10×, **not met**; goal 0.30×, not yet")]
    public void A_figure_is_judged_by_budget_and_goal(double ratio, string said) => Assert.Equal(said, Verdict.Times(ratio, 1.1, 0.3).ToString());

    [Fact]
    public void Where_nothing_is_promised_only_the_goal_is_named() => Assert.Equal("goal 0.70×, not yet", Verdict.GoalTimes(1.98, 0.7).ToString());

    [Fact]
    public void A_share_reads_as_one_over_so_much() => Assert.Equal("budget 1/10, met; goal 1/30, not yet", Verdict.Share(1 / 13.9, 1.0 / 10, 1.0 / 30).ToString());

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.000_000_48, "480 ns")]
    [InlineData(0.000_0798, "79.8 µs")]
    [InlineData(0.000_9999, "1 ms")]
    [InlineData(0.0158, "15.8 ms")]
    [InlineData(71.23, "71.2 s")]
    public void Times_have_a_fitting_unit(double seconds, string said) => Assert.Equal(said, Texts.Seconds(seconds));
}
