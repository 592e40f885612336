using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class ScaleTableTests
{
    [Fact]
    public void A_cost_that_grows_only_because_the_machine_was_busy_is_flat()
    {
        var result = Result(Step(10, ours: 80, nginx: 40, memoryKiB: 80_000), Step(1000, ours: 160, nginx: 80, memoryKiB: 90_000), Step(100_000, ours: 84, nginx: 40, memoryKiB: 189_000));

        Assert.Contains("guests of the first network asking, from 10 to 100,000 instances: **1.05×** CPU, at the most **1.05×**; budget 1.20×, met", ScaleTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cost_that_grows_in_between_is_not()
    {
        var result = Result(Step(10, ours: 80, nginx: 40, memoryKiB: 80_000), Step(1000, ours: 120, nginx: 40, memoryKiB: 90_000), Step(100_000, ours: 80, nginx: 40, memoryKiB: 189_000));

        Assert.Contains("at the most **1.50×**; budget 1.20×, **not met**", ScaleTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_one_is_told_between_the_two_largest()
    {
        var result = Result(Step(10, 80, 40, 80_000), Step(1000, 80, 40, 90_000), Step(100_000, 80, 40, 189_000));

        Assert.Contains("memory: **1,024 B** for an instance", ScaleTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_program_does_while_nobody_asks_is_told_and_is_not_taken_off_a_request()
    {
        // 40 ms a second are 40 µs of each of 1,000 requests: whoever took them off would call this flat.
        var result = Result(Step(10, ours: 80, nginx: 40, memoryKiB: 80_000), Step(100_000, ours: 120, nginx: 40, memoryKiB: 189_000, idle: 40));

        Assert.Contains("from 10 to 100,000 instances: **1.50×** CPU, at the most **1.50×**; budget 1.20×, **not met**", ScaleTable.Render(result), StringComparison.Ordinal);
        Assert.Contains("40 ms CPU a second with 100,000 instances, 0 with 10", ScaleTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void How_long_nobody_asked_is_told_where_it_is_known()
    {
        var (brief, capped) = (Step(10, 80, 40, 80_000) with { IdleSeconds = 9 }, Step(1000, 80, 40, 90_000) with { IdleSeconds = 60 });

        Assert.Contains("Idle is whole rounds of looks at all networks, or 60 s of one.", ScaleTable.Render(Result(brief, capped)), StringComparison.Ordinal);
        Assert.DoesNotContain("Idle is", ScaleTable.Render(Result(Step(10, 80, 40, 80_000), Step(1000, 80, 40, 90_000))), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_of_the_first_and_the_last_size_stands_beside_the_verdict()
    {
        var noisy = Step(100_000, ours: 80, nginx: 40, memoryKiB: 189_000) with { First = new("first", "", [Peer("firstlight", 80, 60, 84), Peer("nginx", 40, 40, 40)]) };

        Assert.Contains("(2.00× of nginx's with 10, 2.00× (1.50×–2.10×) with 100,000)", ScaleTable.Render(Result(Step(10, 80, 40, 80_000), noisy)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cost_that_grows_only_where_many_networks_ask_is_not_flat_either_unless_it_grows_for_the_other_as_well()
    {
        var ours = Step(1000, 80, 40, 90_000) with { Everywhere = new("everywhere", "", [Peer("firstlight", 120), Peer("haproxy", 100)]) };
        var both = Step(1000, 80, 40, 90_000) with { Everywhere = new("everywhere", "", [Peer("firstlight", 120), Peer("haproxy", 150)]) };

        Assert.Contains("up to 200 networks asking, from 10 to 1,000 instances: **1.50×** CPU, at the most **1.50×**; budget 1.20×, **not met**", ScaleTable.Render(Result(Step(10, 80, 40, 80_000), ours)), StringComparison.Ordinal);
        Assert.Contains("up to 200 networks asking, from 10 to 1,000 instances: **1.00×** CPU, at the most **1.00×**; budget 1.20×, met", ScaleTable.Render(Result(Step(10, 80, 40, 80_000), both)), StringComparison.Ordinal);
    }

    private static ScaleStep Step(int instances, double ours, double nginx, long memoryKiB, double idle = 0) => new(
        ScaleStep.Axes.Instances, 10, instances, 10, new(900, 800, 700, memoryKiB / 2), new("first", "", [Peer("firstlight", ours), Peer("nginx", nginx)]),
        new("everywhere", "", [Peer("firstlight", 80), Peer("haproxy", 100)]), memoryKiB,
        new(10, 0, 300, 1), [new(500, 5, 20)], [new(500, 90, 60)], idle);

    private static PeerResult Peer(string name, params double[] cpu) => new(name, name, 1024, [.. cpu.Select(c => new Round(1, 1, 0, 1000, 1, 1000, 1, 2, c / 2, c / 2, 0, 0))]);

    private static ScaleResult Result(params ScaleStep[] steps) => new(
        "scale", DateTimeOffset.UnixEpoch, new Host("cpu", 2, 1024, "6", "Debian", 100, "abc", new Dictionary<string, string>()), new(1, 1, 64, 1), steps);
}
