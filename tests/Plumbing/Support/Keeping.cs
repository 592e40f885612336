using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A plumber that keeps its host as wanted in the background.</summary>
internal sealed class Keeping : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly HostPlumber _plumber;
    private readonly Task _work;
    private int _looks;

    public Keeping(HostPlumber plumber)
    {
        _plumber = plumber;
        _plumber.Looked += OnLooked;
        _work = plumber.KeepAsync(_end.Token);
    }

    /// <summary>Looks so far that changed something, by unit.</summary>
    public List<UnitOutcome> Repairs { get; } = [];

    /// <summary>Looks so far.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>Waits until all that is wanted was tried.</summary>
    public Task SettledAsync() => Host.EventuallyAsync("all that is wanted", () => Task.FromResult(_plumber.Describe().Outstanding == 0 ? "settled" : null));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _work);
        _plumber.Looked -= OnLooked;
        _end.Dispose();
    }

    private void OnLooked(UnitOutcome outcome)
    {
        Interlocked.Increment(ref _looks);
        if (outcome.Changes.IsEmpty) return;
        lock (Repairs) Repairs.Add(outcome);
    }
}
