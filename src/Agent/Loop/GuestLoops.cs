using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

/// <summary>Loops beside each other, each with listening sockets of its own: a socket stays with the loop it was given, so nothing is shared between their threads.</summary>
internal sealed class GuestLoops(int count, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    // The processors of a host are its guests' first.
    private const int ProcessorsForOne = 4;
    private const int MostByItself = 4;

    private readonly GuestLoop[] _loops = [.. Enumerable.Range(0, count).Select(i => new GuestLoop(count == 1 ? "guest loop" : $"guest loop {i}", time, loggers.CreateLogger<GuestLoop>()))];
    private int _given = -1;

    /// <summary>How many there are where nobody said: one for each four processors, at least one, at most four.</summary>
    public static int ByProcessors(int processors) => Math.Clamp(processors / ProcessorsForOne, 1, MostByItself);

    /// <summary>The loop of the next listening socket: each in turn.</summary>
    public GuestLoop Next() => _loops[(uint)Interlocked.Increment(ref _given) % _loops.Length];

    /// <inheritdoc cref="GuestLoop.Dispose"/>
    public void Dispose()
    {
        foreach (var loop in _loops) loop.Dispose();
    }
}
