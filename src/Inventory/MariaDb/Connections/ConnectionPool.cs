using System.Diagnostics;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Connections;

/// <summary>The connections to one database: at most so many, kept for a while when unused, replaced when dead. Safe for all threads.</summary>
internal sealed class ConnectionPool : IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly MariaDbConnectionSettings _settings;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    // Used from the end, so that what is not needed grows old at the front.
    private readonly List<ConnectionThread> _idle = [];
    private readonly ITimer _pruning;
    private long _validFrom;
    private long _started;
    private int _open;
    private int _waiting;
    private bool _isClosed;

    public ConnectionPool(MariaDbConnectionSettings settings, TimeProvider time)
    {
        settings.Validate();
        _settings = settings;
        _time = time;
        _places = new SemaphoreSlim(settings.MaxPoolSize, settings.MaxPoolSize);
        _validFrom = time.GetTimestamp();
        var period = TimeSpan.FromTicks(Math.Clamp(settings.IdleLifetime.Ticks / 2, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerMinute));
        _pruning = time.CreateTimer(static pool => ((ConnectionPool)pool!).Prune(), this, period, period);
        PoolMetrics.Add(this);
    }

    /// <summary>See <see cref="MariaDbConnectionSettings.Target"/>.</summary>
    public string Target => _settings.Target;

    /// <summary>Connections whose thread lives, those being opened and those that hang in a call included.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Connections that wait for use.</summary>
    public int Idle
    {
        get
        {
            lock (_gate) return _idle.Count;
        }
    }

    /// <summary>Callers that wait for a connection to become free.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>A connection that is as good as new, from the pool or newly opened.</summary>
    /// <exception cref="MariaDbException">None became free in time, or none could be opened.</exception>
    public async ValueTask<ConnectionThread> RentAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        ClientLibrary.Require();
        // Without a wait it is not counted as one.
        if (!_places.Wait(0, CancellationToken.None)) await WaitAsync(cancellationToken);
        var connection = TakeOrStart(out var isNew);
        if (!isNew) return connection;
        try
        {
            await connection.ConnectAsync(Remaining(start), cancellationToken);
            return connection;
        }
        catch
        {
            Return(connection);
            throw;
        }
    }

    /// <inheritdoc cref="RentAsync"/>
    public ConnectionThread Rent()
    {
        var start = _time.GetTimestamp();
        ClientLibrary.Require();
        if (!_places.Wait(0))
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                if (!_places.Wait(_settings.ConnectTimeout)) throw Exhausted();
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
        var connection = TakeOrStart(out var isNew);
        if (!isNew) return connection;
        try
        {
            connection.Connect(Remaining(start));
            return connection;
        }
        catch
        {
            Return(connection);
            throw;
        }
    }

    /// <summary>Takes a connection back, in whatever state it is.</summary>
    public void Return(ConnectionThread connection)
    {
        if (connection.IsBusy) connection.Abandon();
        if (connection.WasLost) Clear();
        var isKept = false;
        lock (_gate)
        {
            if (!_isClosed && connection.IsUsable && !connection.IsChanged && !connection.InTransaction && connection.OpenedAt >= _validFrom)
            {
                connection.IdleSince = _time.GetTimestamp();
                _idle.Add(connection);
                isKept = true;
            }
        }
        if (isKept)
        {
            _places.Release();
            return;
        }
        connection.Close();
        // Its place is free when its thread is: a call that hangs keeps it.
        _ = connection.Ended.ContinueWith(static (_, pool) => ((ConnectionPool)pool!)._places.Release(), this, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Closes what is idle and keeps nothing that was opened before now: when one connection breaks, the others seldom live.</summary>
    public void Clear()
    {
        ConnectionThread[] idle;
        lock (_gate)
        {
            _validFrom = _time.GetTimestamp();
            idle = [.. _idle];
            _idle.Clear();
        }
        foreach (var connection in idle) connection.Close();
    }

    /// <summary>Closes what is idle, which it waits for a little; what is lent is closed when it comes back. Nothing is lent any more.</summary>
    public void Dispose() => Task.WaitAll(CloseAll(), Farewell);

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(CloseAll()).WaitAsync(Farewell, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            if (!await _places.WaitAsync(_settings.ConnectTimeout, cancellationToken)) throw Exhausted();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private Task[] CloseAll()
    {
        ConnectionThread[] idle;
        lock (_gate)
        {
            if (_isClosed) return [];
            _isClosed = true;
            idle = [.. _idle];
            _idle.Clear();
        }
        PoolMetrics.Remove(this);
        _pruning.Dispose();
        foreach (var connection in idle) connection.Close();
        return [.. idle.Select(c => c.Ended)];
    }

    private MariaDbException Exhausted() => new(
        MariaDbFailure.PoolExhausted,
        $"connecting to {Target}: none of {_settings.MaxPoolSize} connections became free within {_settings.ConnectTimeout.TotalSeconds:0.###} s");

    private ConnectionThread TakeOrStart(out bool isNew)
    {
        try
        {
            while (Take() is { } idle)
            {
                if (idle.IsQuiet)
                {
                    isNew = false;
                    return idle;
                }
                idle.Close();
            }
            isNew = true;
            return Start();
        }
        catch
        {
            _places.Release();
            throw;
        }
    }

    private ConnectionThread? Take()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_idle.Count == 0) return null;
            var newest = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return newest;
        }
    }

    private ConnectionThread Start()
    {
        var connection = new ConnectionThread(_settings, _time, Interlocked.Increment(ref _started));
        Interlocked.Increment(ref _open);
        _ = connection.Ended.ContinueWith(static (_, pool) => Interlocked.Decrement(ref ((ConnectionPool)pool!)._open), this, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return connection;
    }

    private TimeSpan Remaining(long start)
    {
        var remaining = _settings.ConnectTimeout - _time.GetElapsedTime(start);
        // Zero would mean no limit.
        return remaining > TimeSpan.FromMilliseconds(1) ? remaining : TimeSpan.FromMilliseconds(1);
    }

    private void Prune()
    {
        var old = new List<ConnectionThread>();
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_idle.Count > 0 && _time.GetElapsedTime(_idle[0].IdleSince, now) >= _settings.IdleLifetime)
            {
                old.Add(_idle[0]);
                _idle.RemoveAt(0);
            }
        }
        foreach (var connection in old) connection.Close();
    }
}
