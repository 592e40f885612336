using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>When each unit's turn comes, on a clock that is moved by hand.</summary>
public sealed class UnitQueueTests
{
    private static readonly Unit Blue = new(UnitKind.Network, "blue");
    private static readonly Unit Green = new(UnitKind.Network, "green");
    private readonly Clock _clock = new();
    private readonly UnitQueue _queue;

    public UnitQueueTests() => _queue = new UnitQueue(_clock);

    [Fact]
    public void What_is_wanted_is_due_at_once_and_then_not_before_the_sweep()
    {
        _queue.Want(Blue, Urgency.Wanted);
        Assert.Equal(1, _queue.Outstanding);

        Look(Blue);

        Assert.Equal(0, _queue.Outstanding);
        Assert.Null(Take());
        _clock.Advance(2.9);
        Assert.Null(Take());
        _clock.Advance(0.2);
        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void A_thousand_notices_are_one_look()
    {
        Settled(Blue);
        for (var i = 0; i < 1000; i++) _queue.Notice(Blue);
        Assert.Null(Take());

        _clock.Advance(0.06);
        Look(Blue);
        _clock.Advance(0.06);

        Assert.Null(Take());
    }

    [Fact]
    public void A_notice_that_comes_during_a_look_leads_to_another()
    {
        Settled(Blue);
        _queue.Notice(Blue);
        _clock.Advance(0.06);
        Assert.Equal(Blue, Take());

        _queue.Notice(Blue);
        _clock.Advance(5);
        Assert.Null(Take());
        Done(Blue);

        _clock.Advance(0.06);
        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void Pauses_after_failures_grow_to_a_minute_and_are_each_units_own()
    {
        Settled(Green);
        _queue.Want(Blue, Urgency.Wanted);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            Assert.Equal(Blue, Take());
            Done(Blue, failure: "broken");
            _queue.Notice(Green);
            _clock.Advance(0.06);
            Look(Green);

            _clock.Advance(seconds - 0.2);
            while (Take() is { } swept)
            {
                Assert.Equal(Green, swept);
                Done(Green);
            }

            _clock.Advance(0.2);
        }
    }

    [Fact]
    public void The_echo_of_a_failed_attempt_does_not_bring_on_the_next_and_a_later_notice_does()
    {
        Failed(Blue, times: 5);
        _clock.Advance(0.5);
        _queue.Notice(Blue);
        _clock.Advance(1);
        Assert.Null(Take());

        _queue.Notice(Blue);

        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void Another_wish_is_tried_at_once_whatever_failed_before_even_during_an_attempt()
    {
        Failed(Blue, times: 5);
        _queue.Want(Blue, Urgency.Wanted);
        Assert.Equal(Blue, Take());

        _queue.Want(Blue, Urgency.Wanted);
        Done(Blue, failure: "broken");

        Assert.Equal(Blue, Take());
        Done(Blue, failure: "broken");
        Assert.Null(Take());
        _clock.Advance(1.1);
        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void Who_undoes_our_repairs_at_once_is_answered_ever_more_slowly_but_always_within_seconds()
    {
        Settled(Blue);
        var pause = 0.0;
        for (var round = 0; round < 12; round++)
        {
            _queue.Notice(Blue);
            var before = _clock.GetUtcNow();
            while (Take() is null) _clock.Advance(0.01);
            pause = (_clock.GetUtcNow() - before).TotalSeconds;
            Done(Blue, changes: ["repaired"]);
        }

        Assert.InRange(pause, 1.9, 2.1);
        _queue.Notice(Blue);
        _clock.Advance(2.1);
        Look(Blue);
        _queue.Notice(Blue);
        _clock.Advance(0.06);
        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void A_part_that_waits_keeps_the_rest_of_its_unit_under_watch()
    {
        _queue.Want(Blue, Urgency.Wanted);
        Assert.Equal(Blue, Take());
        _queue.Done(new UnitOutcome(Blue, [], "dnsmasq waits") { RetryAt = _clock.GetUtcNow().AddSeconds(2) });

        _queue.Notice(Blue);
        _clock.Advance(0.06);
        Assert.Equal(Blue, Take());
        _queue.Done(new UnitOutcome(Blue, [], "dnsmasq waits") { RetryAt = _clock.GetUtcNow().AddSeconds(2) });
        _clock.Advance(2.1);
        Assert.Equal(Blue, Take());
    }

    [Fact]
    public void What_was_noticed_comes_before_what_is_wanted_and_that_before_the_sweep()
    {
        Settled(Blue);
        Settled(Green);
        var red = new Unit(UnitKind.Network, "red");
        _clock.Advance(40);
        _queue.Want(red, Urgency.Wanted);
        _queue.Notice(Green);
        _clock.Advance(0.06);

        Assert.Equal([Green, red, Blue], new[] { Take(), Take(), Take() }.Select(u => u!.Value));
    }

    [Fact]
    public void The_sweep_of_a_large_host_takes_its_time()
    {
        for (var i = 0; i < 1000; i++) _queue.Want(new Unit(UnitKind.Network, $"n{i}"), Urgency.Wanted);
        while (Take() is { } unit) Done(unit);

        _clock.Advance(99);
        Assert.Null(Take());
        _clock.Advance(2);
        Assert.NotNull(Take());
    }

    [Fact]
    public void Dear_looks_of_the_sweep_take_a_tenth_of_the_time()
    {
        Unit[] units = [.. Enumerable.Range(0, 10).Select(i => new Unit(UnitKind.Network, $"n{i}"))];
        foreach (var unit in units) _queue.Want(unit, Urgency.Wanted);
        for (var round = 0; round < 3; round++)
        {
            foreach (var _ in units) LookFor(1);
            _clock.Advance(200);
        }

        foreach (var _ in units) LookFor(1);

        // Ten looks of a second each: a hundred seconds.
        _clock.Advance(89);
        Assert.Null(Take());
        _clock.Advance(2);
        Assert.Equal(units[0], Take());
    }

    [Fact]
    public void The_first_look_at_a_unit_says_nothing_of_the_next_ones()
    {
        Unit[] units = [.. Enumerable.Range(0, 10).Select(i => new Unit(UnitKind.Network, $"n{i}"))];
        foreach (var unit in units) _queue.Want(unit, Urgency.Wanted);
        foreach (var _ in units) LookFor(0.2);

        _clock.Advance(3.1);
        foreach (var unit in units) Assert.Equal(unit, Take());
    }

    [Fact]
    public void A_look_that_took_long_once_does_not_slow_the_sweep()
    {
        Unit[] units = [.. Enumerable.Range(0, 10).Select(i => new Unit(UnitKind.Network, $"n{i}"))];
        foreach (var unit in units) _queue.Want(unit, Urgency.Wanted);
        foreach (var _ in units) LookFor(0.001);
        _clock.Advance(3.1);
        foreach (var _ in units) LookFor(2);
        _clock.Advance(3.1);
        foreach (var _ in units) LookFor(0.001);

        _clock.Advance(3.1);
        Assert.Equal(units[0], Take());
    }

    [Fact]
    public void Units_that_are_gone_count_no_more_for_the_sweep()
    {
        _queue.Want(Blue, Urgency.Wanted);
        _queue.Want(Green, Urgency.Wanted);
        LookFor(0.001);
        LookFor(0.001);
        _queue.Want(Blue, Urgency.Wanted);
        LookFor(10);
        _queue.Remove(Blue);
        _queue.Want(Green, Urgency.Wanted);
        LookFor(0.001);

        _clock.Advance(3.1);
        Assert.Equal(Green, Take());
    }

    [Fact]
    public void A_unit_that_is_removed_is_never_due_again()
    {
        Settled(Blue);
        _queue.Notice(Blue);
        _queue.Remove(Blue);
        _queue.Notice(Blue);
        _clock.Advance(100);

        Assert.Null(Take());
        Assert.Null(_queue.NextDue);
    }

    private void LookFor(double seconds)
    {
        var unit = Take()!.Value;
        _clock.Advance(seconds);
        Done(unit);
    }

    private void Settled(Unit unit)
    {
        _queue.Want(unit, Urgency.Wanted);
        Look(unit);
    }

    private void Failed(Unit unit, int times)
    {
        _queue.Want(unit, Urgency.Wanted);
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(unit, Take());
            Done(unit, failure: "broken");
            if (i < times - 1) _clock.Advance(Math.Pow(2, i) + 0.1);
        }
    }

    private void Look(Unit unit)
    {
        Assert.Equal(unit, Take());
        Done(unit);
    }

    private Unit? Take() => _queue.TryTake((_, _) => true, out var unit) ? unit : null;

    private void Done(Unit unit, string? failure = null, string[]? changes = null) => _queue.Done(new UnitOutcome(unit, [.. changes ?? []], failure));

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 20, 22, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);
    }
}
