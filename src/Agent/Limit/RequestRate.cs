using System.Runtime.InteropServices;

namespace Firstlight.Agent.Limit;

/// <summary>How many requests a guest made in a sliding window, estimated as haproxy's <c>http_req_rate</c> is.</summary>
/// <remarks>
/// Two counters: of the period that runs now and of the one before, the latter weighted by the part of it that the window still covers. A period
/// begins with the first request after a pause of two windows, else where the last one ended.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct RequestRate
{
    private long _began;
    private int _current;
    private int _previous;

    /// <summary>Counts a request and returns the estimate with it, rounded down.</summary>
    /// <param name="now">Milliseconds of any clock; may repeat, must not fall.</param>
    /// <param name="window">Length of the window in the same unit.</param>
    public long Count(long now, long window)
    {
        var elapsed = now - _began;
        if (_current == 0 || elapsed >= 2 * window)
        {
            (_began, _previous, _current) = (now, 0, 0);
        }
        else if (elapsed >= window)
        {
            (_began, _previous, _current) = (_began + window, _current, 0);
        }

        _current++;
        return _current + _previous * (_began + window - now) / window;
    }
}
