using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class SyncTableTests
{
    [Fact]
    public void A_start_over_networks_that_stand_is_judged_whole_and_by_its_median()
    {
        Assert.Contains("**1.9 s (1.8 s–2.4 s)** CPU", SyncTable.Render(Result(again: [2.4, 1.9, 1.8])), StringComparison.Ordinal);
        Assert.Contains("budget 2 s CPU, met", SyncTable.Render(Result(again: [2.4, 1.9, 1.8])), StringComparison.Ordinal);
        Assert.Contains("budget 2 s CPU, **not met**", SyncTable.Render(Result(again: [2.4, 2.1, 1.8])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_listens_soon_after_a_command_that_takes_longer_has_gained_nothing()
    {
        var result = Result(added: new(600, 50, 20));

        Assert.Contains("listens 650 ms after the start of `firstlight apply`, **1.44×** of 450 ms among 10; the command itself 600 ms against 400 ms, from its end 50 ms against 50 ms, 1.00×; budget 1.20×, **not met**", SyncTable.Render(result), StringComparison.Ordinal);
        Assert.Equal(1.444, SyncTable.Figures(result).Single(f => f.What.StartsWith("A network added", StringComparison.Ordinal)).Verdict!.Value, 3);
    }

    [Fact]
    public void One_that_listens_later_is_not_hidden_by_a_command_that_takes_long()
    {
        Assert.Contains("from its end 75 ms against 50 ms, 1.50×;", SyncTable.Render(Result(added: new(400, 75, 20))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_is_waited_for_from_the_start_of_the_command_and_that_is_judged()
    {
        Assert.Contains("**1.20×** of 450 ms among 10", SyncTable.Render(Result(added: new(400, 140, 20))), StringComparison.Ordinal);
        Assert.Contains("1.20×, met", SyncTable.Render(Result(added: new(400, 140, 20))), StringComparison.Ordinal);
        Assert.Contains("1.20×, **not met**", SyncTable.Render(Result(added: new(400, 145, 20))), StringComparison.Ordinal);
    }

    [Fact]
    public void Haproxies_are_counted_by_what_one_more_takes()
    {
        var result = Result();

        // 40 take 104 MiB, each of 960 others 2 MiB.
        Assert.Equal(2024 * 1024, result.Haproxies!.OfKiB(1000));
        Assert.Contains("memory with 1,000 networks: **40 MiB**, **1/50.6** of the 2024 MiB that as many haproxies take; budget 1/40, met; goal 1/100, not yet", SyncTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void The_most_memory_that_was_seen_counts()
    {
        var result = Result(memoryAtFirstKiB: 100 * 1024);

        Assert.Contains("budget 1/40, **not met**", SyncTable.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptors_and_looks_of_one_network_are_told_without_what_the_program_needs_by_itself()
    {
        // 990 networks more in rounds of 20 s are 49.5 looks a second more, and as many milliseconds.
        var text = SyncTable.Render(Result());

        Assert.Contains("**2,080**, 2.0 a network", text, StringComparison.Ordinal);
        Assert.Contains("a look at one takes 1.00 ms", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_fewer_networks_than_it_was_promised_for_nothing_is_judged()
    {
        var result = Result(many: 40);

        Assert.DoesNotContain("budget", SyncTable.Render(result), StringComparison.Ordinal);
        Assert.All(SyncTable.Figures(result), f => Assert.Null(f.Verdict));
    }

    [Fact]
    public void Without_haproxies_memory_stands_alone()
    {
        var result = Result() with { Haproxies = null };

        Assert.Contains("memory with 1,000 networks: **40 MiB**\n", SyncTable.Render(result), StringComparison.Ordinal);
        Assert.Empty(SyncTable.Plots(result));
    }

    private static SyncResult Result(double[]? again = null, Addition? added = null, long memoryAtFirstKiB = 30 * 1024, int many = 1000) => new(
        "sync", DateTimeOffset.UnixEpoch, new Host("cpu", 2, 1024, "6", "Debian", 100, "abc", new Dictionary<string, string>()), new(5, 3, 1),
        [Size(10, [0.4], new(400, 50, 20), 30 * 1024), Size(many, again ?? [1.5], added ?? new(400, 50, 20), memoryAtFirstKiB)], new(20, 64 * 1024, 40, 104 * 1024));

    // Each look takes a millisecond and each network two descriptors, beside what the program needs by itself.
    private static SyncSize Size(int networks, double[] again, Addition added, long memoryAtFirstKiB) => new(
        networks, new(networks / 20.0, 1, 2, networks * 8, memoryAtFirstKiB), [.. again.Select(cpu => new SyncStart(cpu * 2, cpu / 2, cpu / 2, 20, 30 * 1024))],
        new(20, 20, 100 + networks, 40 * 1024, 80 + (2 * networks)), [added], networks * 1500);
}
