using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>One thread with one connection for callers that must not block: SQLite's calls block by nature and may wait for a lock.</summary>
/// <remarks>Starts with its first work. The queue is bounded: when the store is that far behind, waiting longer helps nobody.</remarks>
internal sealed class StoreThread(StoreFile file, string name) : IDisposable
{
    private const int Capacity = 4096;
    private readonly BlockingCollection<Action<SqliteConnection?>> _queue = new(Capacity);
    private readonly Lock _gate = new();
    private Thread? _thread;
    private bool _disposed;

    /// <summary>Runs <paramref name="work"/> on the thread.</summary>
    /// <param name="work">Gets the thread's own connection; what it throws reaches the caller, the driver's exceptions as ours.</param>
    /// <param name="attempt">For error messages, such as <c>reading</c>.</param>
    /// <param name="cancellationToken">Ends the wait, not the work.</param>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, string attempt, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_queue.TryAdd(connection => Complete(connection, work, attempt, completion, cancellationToken)))
                throw new InventoryUnavailableException($"{attempt} {file.Path}: {Capacity} requests wait already");
            if (_thread is null)
            {
                _thread = new Thread(Loop) { Name = name, IsBackground = true };
                _thread.Start();
            }
        }
        return completion.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _queue.CompleteAdding();
        }
        _thread?.Join();
        _queue.Dispose();
    }

    private void Loop()
    {
        SqliteConnection? connection = null;
        try
        {
            foreach (var item in _queue.GetConsumingEnumerable())
            {
                // A file that could not be opened a moment ago may be there now.
                connection ??= TryConnect();
                item(connection);
            }
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private SqliteConnection? TryConnect()
    {
        try
        {
            return file.Connect();
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    private void Complete<T>(
        SqliteConnection? connection, Func<SqliteConnection, T> work, string attempt, TaskCompletionSource<T> completion, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            completion.TrySetCanceled(cancellationToken);
            return;
        }
        try
        {
            if (connection is null) throw new InventoryUnavailableException($"{attempt} {file.Path}: the file cannot be opened");
            completion.TrySetResult(work(connection));
        }
        catch (SqliteException e)
        {
            completion.TrySetException(SqliteFailure.From(e, file.Path, attempt));
        }
#pragma warning disable CA1031 // whatever it is, it belongs to the caller: the thread serves others too
        catch (Exception e)
        {
            completion.TrySetException(SqliteFailure.IsUnreadableRow(e) ? SqliteFailure.Unreadable(e, file.Path) : e);
        }
#pragma warning restore CA1031
    }
}
