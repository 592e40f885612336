using Firstlight.Inventory.MariaDb.Connections;

namespace Firstlight.Inventory.Tests.MariaDb;

public sealed class WorkSlotTests
{
    private readonly WorkSlot _slot = new();
    private readonly List<string> _done = [];

    // A statement cancelled at once is posted and sent home before the thread is back for it. It was dropped there, and its caller waited for ever.
    [Fact]
    public void Work_posted_before_the_thread_was_told_to_leave_is_done_first()
    {
        Assert.True(Post("first"));
        var first = _slot.Take()!;
        _slot.Release(isLeaving: false);

        Assert.True(Post("second"));
        _slot.Leave();
        first();
        _slot.Take()!.Invoke();

        Assert.Equal(["first", "second"], _done);
        Assert.Null(_slot.Take());
    }

    [Fact]
    public void Nothing_is_posted_to_a_thread_that_is_to_leave()
    {
        _slot.Leave();

        Assert.False(Post("late"));
        Assert.Null(_slot.Take());
    }

    [Fact]
    public void A_thread_leaves_after_work_that_says_so()
    {
        Post("the connection breaks");
        _slot.Take()!.Invoke();
        _slot.Release(isLeaving: true);

        Assert.True(_slot.IsLeaving);
        Assert.False(Post("late"));
        Assert.Null(_slot.Take());
    }

    [Fact]
    public void Only_one_piece_of_work_is_taken_at_a_time()
    {
        Post("first");
        Assert.Throws<InvalidOperationException>(() => Post("second"));
        _slot.Take()!.Invoke();
        Assert.Throws<InvalidOperationException>(() => Post("second"));
        _slot.Release(isLeaving: false);

        Assert.False(_slot.IsBusy);
        Assert.True(Post("second"));
    }

    private bool Post(string name) => _slot.TryPost(() => _done.Add(name));
}
