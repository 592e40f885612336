namespace Firstlight.Bench.Machine;

/// <summary>What has been made, undone in the reverse order. A step that fails is said and does not keep the others from running.</summary>
internal sealed class Undo : IAsyncDisposable
{
    private readonly Stack<(string What, Func<Task> Step)> _steps = new();

    /// <summary>Registers a step before the thing is made, so that half-made things go too.</summary>
    public void Add(string what, Func<Task> step) => _steps.Push((what, step));

    /// <summary>Says a line when it comes to it.</summary>
    public void Say(string line) => Add("progress", () => Console.Out.WriteLineAsync(line));

    public T Add<T>(string what, T thing)
        where T : IAsyncDisposable
    {
        _steps.Push((what, () => thing.DisposeAsync().AsTask()));
        return thing;
    }

    public async ValueTask DisposeAsync()
    {
        while (_steps.TryPop(out var step))
        {
            try
            {
                await step.Step().ConfigureAwait(false);
            }
            catch (Exception e) when (e is BenchException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync($"bench: left behind: {step.What}: {e.Message}").ConfigureAwait(false);
            }
        }
    }
}
