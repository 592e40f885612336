namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>One errand at a time: who comes while it runs shares it. Nobody who waits for it can end it.</summary>
internal sealed class Flight<T>(Func<Task<T>> errand)
{
    private readonly Lock _lock = new();
    private Task<T>? _running;

    public bool IsRunning => Volatile.Read(ref _running) is { IsCompleted: false };

    public Task<T> Join()
    {
        lock (_lock)
        {
            if (_running is { IsCompleted: false } running) return running;
            running = Task.Run(errand);
            _ = running.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Volatile.Write(ref _running, running);
            return running;
        }
    }
}
