namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>After a failure nobody asks for a while, then one does; each further failure doubles the while. Thread-safe.</summary>
internal sealed class FailurePause(NeutronDirectoryOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TimeSpan _nominal;
    private TimeSpan _pause;
    private long _since;
    private string? _reason;

    /// <summary>Whether nobody may ask now, without asking for leave.</summary>
    public bool IsOn(out string reason)
    {
        lock (_lock)
        {
            reason = _reason ?? "";
            return _reason is not null && time.GetElapsedTime(_since) < _pause;
        }
    }

    /// <summary>Asks for leave; while failures last, one has it in each pause, however long its request takes.</summary>
    public bool TryEnter(out string reason)
    {
        lock (_lock)
        {
            reason = _reason ?? "";
            if (_reason is null) return true;
            if (time.GetElapsedTime(_since) < _pause) return false;
            _since = time.GetTimestamp();
            return true;
        }
    }

    /// <returns>Whether it had failed before.</returns>
    public bool Succeeded()
    {
        lock (_lock)
        {
            var had = _reason is not null;
            _reason = null;
            _pause = TimeSpan.Zero;
            return had;
        }
    }

    /// <returns>Whether it had not failed before.</returns>
    public bool Failed(string reason)
    {
        lock (_lock)
        {
            var isFirst = _reason is null;
            var doubled = isFirst ? options.ShortestPause : _nominal * 2;
            _nominal = doubled < options.LongestPause ? doubled : options.LongestPause;

            // Up to a fifth less: a thousand hosts whose Neutron came back should not all ask at the same moment.
            _pause = _nominal * (1 - (Random.Shared.NextDouble() / 5));
            _since = time.GetTimestamp();
            _reason = reason;
            return isFirst;
        }
    }
}
