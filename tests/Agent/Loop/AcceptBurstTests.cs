using Firstlight.Agent.Loop;

namespace Firstlight.Agent.Tests.Loop;

/// <summary>How many connections a listening socket accepts in a turn.</summary>
public sealed class AcceptBurstTests
{
    [Fact]
    public void Network_whose_guests_come_one_by_one_is_never_asked_for_a_second()
    {
        var burst = new AcceptBurst();

        Assert.All([1, 3, 8, 10, 200], turn => Assert.Equal(1, burst.In(turn)));
    }

    [Fact]
    public void Network_that_is_ready_turn_after_turn_has_twice_as_many_accepted_each_time_up_to_sixteen()
    {
        var burst = new AcceptBurst();

        Assert.Equal([1, 2, 4, 8, 16, 16, 16], Enumerable.Range(5, 7).Select(turn => burst.In(turn)));
    }

    [Fact]
    public void Network_that_had_fewer_is_asked_for_about_so_many_in_the_next_turn()
    {
        var burst = new AcceptBurst();
        foreach (var turn in Enumerable.Range(1, 5)) burst.In(turn);

        burst.Had(6);
        Assert.Equal(6, burst.In(6));

        burst.Had(1);
        Assert.Equal(1, burst.In(7));

        burst.Had(0);
        Assert.Equal(1, burst.In(8));
        Assert.Equal(2, burst.In(9));
    }

    [Fact]
    public void Network_that_was_busy_begins_anew_after_a_turn_in_which_nobody_came()
    {
        var burst = new AcceptBurst();
        foreach (var turn in Enumerable.Range(1, 5)) burst.In(turn);

        Assert.Equal(1, burst.In(7));
    }
}
