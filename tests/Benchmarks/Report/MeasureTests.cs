using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class MeasureTests
{
    [Fact]
    public void Ratios_are_taken_within_a_round_so_that_a_busy_machine_falls_on_both()
    {
        // The second round was taken on a machine half as fast.
        var measure = new Measure("closed", "", [Peer("nginx", 20, 40, 22), Peer("firstlight", 40, 80, 44)]);

        var ratio = measure.Over("nginx")!;

        Assert.Equal(new Spread(2, 2, 2), ratio.Cpu);
    }

    [Fact]
    public void Without_ours_there_is_no_ratio() => Assert.Empty(new Measure("closed", "", [Peer("nginx", 20), Peer("haproxy", 50)]).Ratios);

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 2.5)]
    public void The_middle_counts_and_the_noise_is_shown(double[] values, double median) =>
        Assert.Equal(new Spread(median, values.Min(), values.Max()), Spread.Of(values));

    private static PeerResult Peer(string name, params double[] cpu) =>
        new(name, name, 1024, [.. cpu.Select((c, i) => new Round(i + 1, 1, 0, 1000, 1, 1000, 1, 2, c / 2, c / 2, 0, 0))]);
}
