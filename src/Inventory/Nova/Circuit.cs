namespace Firstlight.Inventory.Nova;

/// <summary>Remembers that a database is down, so that only one request in a while pays for finding out. Thread-safe.</summary>
/// <param name="openFor">How long it stays open before one attempt is let through.</param>
/// <param name="time">Clock.</param>
internal sealed class Circuit(TimeSpan openFor, TimeProvider time)
{
    private readonly Lock _lock = new();
    private string? _reason;
    private long _openedAt;
    private bool _trying;

    /// <summary>Asks for leave to try.</summary>
    /// <param name="reason">Why not: what failed last.</param>
    /// <returns>True: one of the other three methods must be called when it is over.</returns>
    public bool TryEnter(out string reason)
    {
        lock (_lock)
        {
            reason = _reason ?? "";
            if (_reason is null) return true;
            if (_trying || time.GetElapsedTime(_openedAt) < openFor) return false;

            _trying = true;
            return true;
        }
    }

    /// <summary>Whether it is open now, without asking for leave.</summary>
    public bool IsOpen(out string reason)
    {
        lock (_lock)
        {
            reason = _reason ?? "";
            return _reason is not null && !_trying;
        }
    }

    /// <summary>The database answered.</summary>
    /// <returns>True when it was thought down before.</returns>
    public bool Succeeded()
    {
        lock (_lock)
        {
            var was = _reason is not null;
            _reason = null;
            _trying = false;
            return was;
        }
    }

    /// <summary>The database did not answer.</summary>
    /// <returns>True when it was thought well before.</returns>
    public bool Failed(string why)
    {
        lock (_lock)
        {
            var was = _reason is null;
            _reason = why;
            _trying = false;
            _openedAt = time.GetTimestamp();
            return was;
        }
    }

    /// <summary>The attempt ended without saying anything about the database.</summary>
    public void Abandoned()
    {
        lock (_lock) _trying = false;
    }
}
