namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>Whether one server of the metadata API is worth a request. Learns from real requests alone.</summary>
/// <remarks>
/// No connection: avoided at once. A connection that breaks before a whole answer may be the fault of one request, so only several in a row count.
/// An avoided server gets one request at a time, after pauses that double; any answer makes it healthy.
/// </remarks>
internal sealed class BackendHealth(TimeProvider time)
{
    private const int BreaksThatCount = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private volatile bool _failed;
    private volatile int _breaks;
    private bool _probing;
    private long _failedAt;
    private TimeSpan _pause;
    private DateTimeOffset _since = time.GetUtcNow();
    private string? _lastProblem;

    public bool IsHealthy => !_failed;

    /// <summary>Whether to send a request there now.</summary>
    /// <param name="isLastResort">Nobody else is left, so the pause does not count.</param>
    /// <param name="isProbe">Set for a request that finds out whether the server is back: <see cref="EndProbe"/> must follow.</param>
    public bool TryEnter(bool isLastResort, out bool isProbe)
    {
        isProbe = false;
        if (!_failed) return true;
        lock (_gate)
        {
            if (_probing || (!isLastResort && time.GetElapsedTime(_failedAt) < _pause)) return false;
            return isProbe = _probing = true;
        }
    }

    /// <summary>The server took a connection: it may be slow, and others need not wait for the end of the probe.</summary>
    public void Connected()
    {
        if (_failed) EndProbe();
    }

    public void EndProbe()
    {
        lock (_gate) _probing = false;
    }

    /// <summary>A whole answer came.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Answered()
    {
        if (!_failed && _breaks == 0) return false;
        lock (_gate)
        {
            _breaks = 0;
            if (!_failed) return false;
            _failed = false;
            _pause = TimeSpan.Zero;
            _since = time.GetUtcNow();
            return true;
        }
    }

    /// <summary>There was no connection.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Failed(string problem)
    {
        lock (_gate) return Fail(problem);
    }

    /// <summary>There was a connection, but no whole answer.</summary>
    /// <returns>Whether the server is avoided from now on.</returns>
    public bool Broke(string problem)
    {
        lock (_gate)
        {
            _lastProblem = problem;
            return (_failed || ++_breaks >= BreaksThatCount) && Fail(problem);
        }
    }

    public UpstreamStatus Describe(UpstreamAddress address)
    {
        lock (_gate) return new UpstreamStatus(address, !_failed, _since, _lastProblem);
    }

    private bool Fail(string problem)
    {
        _lastProblem = problem;
        var isNews = !_failed;
        // The many requests that fail together are one failure: the pause grows only when a probe after it fails.
        if (isNews) _pause = FirstPause;
        else if (time.GetElapsedTime(_failedAt) >= _pause) _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        else return false;
        _failedAt = time.GetTimestamp();
        if (isNews) _since = time.GetUtcNow();
        _failed = true;
        return isNews;
    }
}
