using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>Units are looked at one after the other, or a few at once, without a pause between them.</summary>
public sealed class UnitRunnerTests
{
    private const int Units = 5000;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task None_waits_for_a_look_that_has_ended(int parallelism)
    {
        var queue = new UnitQueue(TimeProvider.System);
        for (var i = 0; i < Units; i++) queue.Want(new Unit(UnitKind.Network, $"network-{i}"), Urgency.Wanted);
        var (looked, running, most) = (0, 0, 0);
        var runner = new UnitRunner(queue, parallelism, TimeProvider.System, _ => true, LookAsync, _ => Interlocked.Increment(ref looked));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(40));

        // Threads that are awake take up what goes on before whoever let it go on has returned.
        using var over = new CancellationTokenSource();
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(BusyAsync)).ToList();
        try
        {
            await runner.RunAsync(() => Volatile.Read(ref looked) == Units, deadline.Token);
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(busy);
        }

        Assert.InRange(most, 1, parallelism);

        async Task BusyAsync()
        {
            while (!over.IsCancellationRequested) await Task.Yield();
        }

        async Task<UnitOutcome> LookAsync(Unit unit, CancellationToken cancellationToken)
        {
            var now = Interlocked.Increment(ref running);
            lock (queue) most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return new UnitOutcome(unit, [], Failure: null);
        }
    }
}
