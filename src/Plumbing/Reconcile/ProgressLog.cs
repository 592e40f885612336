using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Tells in the log how far a long piece of work is, every few seconds; a short one is not told of. Thread-safe.</summary>
internal sealed class ProgressLog(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private readonly Lock _lock = new();
    private int _total;
    private long _began;
    private long _told;

    /// <summary>There is more to do.</summary>
    /// <param name="left">How many units are left now.</param>
    public void Add(int left)
    {
        lock (_lock)
        {
            if (_total == 0) _began = _told = time.GetTimestamp();
            _total = Math.Max(_total, left);
        }
    }

    /// <summary>One more was looked at.</summary>
    /// <param name="left">How many units are left now.</param>
    /// <param name="failing">How many fail.</param>
    public void Step(int left, Func<int> failing)
    {
        lock (_lock)
        {
            if (_total == 0 || (left > 0 && time.GetElapsedTime(_told) < Pause)) return;
            var took = time.GetElapsedTime(_began);
            _told = time.GetTimestamp();
            if (left > 0) PlumbingLog.Progress(logger, _total - left, _total, failing());
            else if (took >= Pause) PlumbingLog.Complete(logger, _total, took.TotalSeconds, failing());
            if (left == 0) _total = 0;
        }
    }
}
