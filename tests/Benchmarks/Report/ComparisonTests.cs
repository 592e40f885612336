using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class ComparisonTests
{
    private static readonly GuardResult Kept = Result(2.0, 2.1, 1.9, 2.0, 2.0);

    [Fact]
    public void As_fast_as_before_is_no_loss() => Assert.False(Compare(2.05, 1.95, 2.1, 1.9, 2.0, 2.02, 1.98, 2.0).IsLost);

    [Fact]
    public void A_third_slower_is_a_loss_whatever_the_noise() => Assert.True(Compare(2.7, 2.4, 2.9, 2.6, 2.35, 3.1, 2.6, 2.2).IsLost);

    [Fact]
    public void A_few_wild_rounds_are_none() => Assert.False(Compare(2.0, 3.9, 2.1, 3.3, 2.0, 1.9, 4.0, 2.2).IsLost);

    [Fact]
    public void Rounds_in_which_others_were_at_work_do_not_count()
    {
        var now = Measure("path closed", [2.6, 2.7, 2.6, 2.7, 2.0, 2.0, 2.1, 2.0], others: [1.2, 1.1, 1.3, 0.9, 0, 0.1, 0.05, 0]);

        var comparison = Comparison.Of(Kept, now)!;

        Assert.False(comparison.IsLost);
        Assert.False(comparison.IsDisturbed);
        Assert.Equal(2.1, comparison.Now.Most);
    }

    [Theory]
    [InlineData(2.6, false)]
    [InlineData(3.5, true)]
    public void Where_no_round_was_calm_only_a_great_loss_is_one(double ratio, bool isLost)
    {
        var comparison = Comparison.Of(Kept, Measure("path closed", [ratio, ratio, ratio], others: [1, 1, 1]))!;

        Assert.True(comparison.IsDisturbed);
        Assert.Equal(isLost, comparison.IsLost);
    }

    [Fact]
    public void A_result_of_a_busy_machine_is_not_kept()
    {
        var busy = Result(2.0) with { Measures = [Measure("path closed", [2.0, 2.0], others: [1, 1])] };

        Assert.Equal("path closed was measured on a busy machine: nothing can be compared with it, measure again", GuardTable.Complaint(busy));
        Assert.Null(GuardTable.Complaint(Kept));
    }

    [Fact]
    public void A_loss_below_what_is_allowed_is_none() => Assert.False(Compare(2.2, 2.25, 2.22, 2.2, 2.28, 2.21, 2.2, 2.2).IsLost);

    [Fact]
    public void What_was_won_is_told_as_such()
    {
        var comparison = Compare(1.0, 1.0, 1.0);

        Assert.False(comparison.IsLost);
        Assert.Equal(-0.5, comparison.Loss, 3);
    }

    [Fact]
    public void What_the_kept_result_does_not_have_is_not_judged() => Assert.Null(Comparison.Of(Kept, Measure("something new", 9)));

    [Fact]
    public void What_was_kept_over_another_is_not_compared_with()
    {
        var now = Measure("path closed", 2.0) with { Peers = [Peer("firstlight", [80], [0]), Peer("kestrel", [40], [0])] };

        Assert.Null(Comparison.Of(Kept, now));
        Assert.Equal("kestrel", Comparison.Of(Kept with { Measures = [now] }, now)!.Other);
    }

    [Fact]
    public void A_loss_is_named_and_ends_the_run_with_a_complaint()
    {
        var now = Result(2.6) with { Comparisons = [Compare(2.6, 2.6, 2.6, 2.6)] };

        Assert.Equal("slower than what was kept: path closed 2.60× nginx, was 2.00×", GuardTable.Complaint(now));
        Assert.Contains("| path closed | nginx | 2.00× | 2.60× | +30 % | **LOST** |", GuardTable.Render(now), StringComparison.Ordinal);
        Assert.Null(GuardTable.Complaint(now with { Comparisons = [Compare(2.0, 2.0)] }));
    }

    private static Comparison Compare(params double[] ratios) => Comparison.Of(Kept, Measure("path closed", ratios))!;

    private static GuardResult Result(params double[] ratios) => new(
        "guard", DateTimeOffset.UnixEpoch, new Host("cpu", 2, 1024, "6", "Debian", 100, "abc", new Dictionary<string, string>()), new(ratios.Length, 1, 0, 64, 1000), [Measure("path closed", ratios)]);

    private static Measure Measure(string name, params double[] ratios) => Measure(name, ratios, new double[ratios.Length]);

    private static Measure Measure(string name, double[] ratios, double[] others) => new(
        name, "", [Peer("firstlight", [.. ratios.Select(r => r * 40)], others), Peer("nginx", [.. ratios.Select(_ => 40.0)], others)]);

    private static PeerResult Peer(string name, double[] cpu, double[] others) =>
        new(name, name, 1024, [.. cpu.Select((c, i) => new Round(i + 1, 1, 0, 1000, 1, 1000, 1, 2, c / 2, c / 2, 0, 0) { Others = others[i] })]);
}
