using System.Threading.Channels;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Takes units from the queue when their time has come, a few at once.</summary>
/// <param name="queue">The queue.</param>
/// <param name="parallelism">How many at once. Those that failed before never take more than half, so that they cannot hold up others.</param>
/// <param name="time">Clock of the queue.</param>
/// <param name="may">Whether a unit may be looked at now.</param>
/// <param name="look">Looks at a unit; what it throws is a cancellation.</param>
/// <param name="looked">Told of each look when the queue knows of it.</param>
internal sealed class UnitRunner(
    UnitQueue queue, int parallelism, TimeProvider time, Func<Unit, bool> may, Func<Unit, CancellationToken, Task<UnitOutcome>> look, Action<UnitOutcome> looked)
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly int _mostFailing = Math.Max(1, parallelism / 2);
    private int _running;
    private int _failing;

    /// <summary>Something was put into the queue, or may be looked at now.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Runs until told to stop; what is under way then is ended first.</summary>
    public async Task RunAsync(Func<bool> isOver, CancellationToken cancellationToken)
    {
        await using var alarm = time.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var running = new List<Task>();
        try
        {
            while (!isOver())
            {
                while (Volatile.Read(ref _running) < parallelism && queue.TryTake(May, out var unit)) running.Add(RunAsync(unit, cancellationToken));
                if (queue.NextDue is { } due) alarm.Change(Within(due - time.GetUtcNow()), Timeout.InfiniteTimeSpan);
                await _wake.Reader.ReadAsync(cancellationToken);
                foreach (var ended in running.Where(t => t.IsCompleted).ToList())
                {
                    running.Remove(ended);
                    await ended;
                }
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool May(Unit unit, bool isFailing) => (!isFailing || Volatile.Read(ref _failing) < _mostFailing) && may(unit);

    private async Task RunAsync(Unit unit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        var isFailing = queue.IsFailing(unit);
        if (isFailing) Interlocked.Increment(ref _failing);
        UnitOutcome? outcome = null;
        try
        {
            // Reading the kernel blocks for a moment; the loop must not.
            outcome = await Task.Run(() => look(unit, cancellationToken), cancellationToken);
        }
        finally
        {
            if (isFailing) Interlocked.Decrement(ref _failing);
            queue.Done(outcome ?? new UnitOutcome(unit, [], "stopped"));
            if (outcome is not null) looked(outcome);

            // Counted before the wake, as the task itself ends only after it.
            Interlocked.Decrement(ref _running);
            Wake();
        }
    }

    private static TimeSpan Within(TimeSpan sleep) => sleep < TimeSpan.Zero ? TimeSpan.Zero : sleep > LongestSleep ? LongestSleep : sleep;
}
