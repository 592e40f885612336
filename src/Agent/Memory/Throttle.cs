namespace Firstlight.Agent.Memory;

/// <summary>Lets one event through a period, so that a thousand guests failing alike make one log line.</summary>
internal sealed class Throttle(TimeProvider time, TimeSpan period)
{
    private long _last = long.MinValue;
    private int _held;

    /// <summary>Whether to speak now, and how many events were held back since the last time.</summary>
    public bool TryPass(out int heldBack)
    {
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref _last);
        var due = last == long.MinValue || time.GetElapsedTime(last, now) >= period;
        if (!due || Interlocked.CompareExchange(ref _last, now, last) != last)
        {
            Interlocked.Increment(ref _held);
            heldBack = 0;
            return false;
        }

        heldBack = Interlocked.Exchange(ref _held, 0);
        return true;
    }
}
