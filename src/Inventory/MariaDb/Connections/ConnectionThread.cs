using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Connections;

/// <summary>A connection and the thread that makes its blocking calls, one at a time. They begin and end together.</summary>
/// <remarks>
/// Callers wait for the answer and not for the thread: at their time limit they leave, the connection is cut under the call, and the thread ends
/// when the call returns. Until then its place in the pool stays taken, so hanging calls cannot pile up threads.
/// </remarks>
internal sealed class ConnectionThread
{
    // OpenSSL and the name service are the deepest; the default would be 8 MB of address space each.
    private const int StackBytes = 1 << 20;

    private readonly MariaDbConnectionSettings _settings;
    private readonly TimeProvider _time;
    private readonly WorkSlot _slot = new();
    // What follows is a count and a place in the pool; it runs on this thread, so that a starved thread pool cannot hold it up.
    private readonly TaskCompletionSource _ended = new();
    private readonly Thread _thread;
    private ConnectionSocket? _socket;
    private int _losses;

    /// <summary>Starts the thread; it does nothing before the first work, <see cref="ConnectAsync"/> or <see cref="Connect"/>.</summary>
    public ConnectionThread(MariaDbConnectionSettings settings, TimeProvider time, long number)
    {
        _settings = settings;
        _time = time;
        OpenedAt = IdleSince = time.GetTimestamp();
        // Unsafe: the thread outlives the caller, whose async locals are none of its business.
        _thread = new Thread(Loop, StackBytes) { Name = $"mariadb {number}", IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>Whether it can take work.</summary>
    public bool IsUsable => !_slot.IsLeaving;

    /// <summary>Whether work is under way.</summary>
    public bool IsBusy => _slot.IsBusy;

    /// <summary>Whether the connection broke or was cut for lateness, rather than closed: a sign that others may be dead too.</summary>
    public bool WasLost => Volatile.Read(ref _losses) > 0;

    /// <summary>Timestamp of the start.</summary>
    public long OpenedAt { get; }

    /// <summary>Timestamp of the last time it went back to the pool. Kept by the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>The server's version, once connected.</summary>
    public string ServerVersion { get; private set; } = "";

    /// <summary>Whether a transaction was open after the last work.</summary>
    public bool InTransaction { get; private set; }

    /// <summary>Set when the session was changed in a way that the next user must not meet.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Completes when the connection is closed and the thread is ending.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether an idle connection is as it was left: nothing arrived, which would be the server's farewell.</summary>
    public bool IsQuiet => IsUsable && Volatile.Read(ref _socket) is { HasNews: false };

    private ServerConnection? Connection { get; set; }

    /// <summary>Connects; must come first.</summary>
    public Task ConnectAsync(TimeSpan limit, CancellationToken cancellationToken) => AnswerAsync(Post(Open), limit, Connecting, cancellationToken);

    /// <inheritdoc cref="ConnectAsync"/>
    public void Connect(TimeSpan limit) => Answer(Post(Open), limit, Connecting);

    /// <summary>Runs work on the thread. The caller is released with its result, at the limit, or when cancelled, whichever is first.</summary>
    /// <param name="work">Gets the connection. What it throws reaches the caller; a loss of connection ends the thread.</param>
    /// <param name="limit">Zero: none but the settings' read timeout.</param>
    /// <param name="cancellationToken">Cuts the connection.</param>
    public Task<T> RunAsync<T>(Func<ServerConnection, T> work, TimeSpan limit, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : AnswerAsync(PostOn(work), limit, Waiting, cancellationToken);

    /// <inheritdoc cref="RunAsync"/>
    /// <exception cref="InvalidOperationException">Called by who goes on, on this very thread, which cannot wait for itself.</exception>
    public T Run<T>(Func<ServerConnection, T> work, TimeSpan limit) => Thread.CurrentThread != _thread
        ? Answer(PostOn(work), limit, Waiting)
        : throw new InvalidOperationException($"a blocking call on the thread of the connection to {_settings.Target}");

    /// <summary>Closes an idle connection politely, on its thread.</summary>
    public void Close() => _slot.Leave();

    /// <summary>Cuts the connection, whatever it is doing; nothing waits for it any more.</summary>
    public void Abandon()
    {
        // First, so that a connection opened just now, which there is no socket of yet, ends by itself.
        _slot.Leave();
        Volatile.Read(ref _socket)?.Cut();
    }

    private string Connecting => $"connecting to {_settings.Target} as {_settings.User}";

    private string Waiting => $"waiting for {_settings.Target}";

    private Task<T> PostOn<T>(Func<ServerConnection, T> work) => Post(() => work(Connection!));

    private Task<T> Post<T>(Func<T> work)
    {
        var answer = new TaskCompletionSource<T>(_settings.ContinuesOnThread ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        return _slot.TryPost(() => Answer(work, answer))
            ? answer.Task
            : throw new MariaDbException(MariaDbFailure.ConnectionLost, $"the connection to {_settings.Target} is gone");
    }

    private async Task<T> AnswerAsync<T>(Task<T> answer, TimeSpan limit, string attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(limit > TimeSpan.Zero ? limit : Timeout.InfiniteTimeSpan, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Late(answer, limit, attempt);
        }
        catch (OperationCanceledException)
        {
            Abandon();
            Observe(answer);
            throw;
        }
    }

    private T Answer<T>(Task<T> answer, TimeSpan limit, string attempt)
    {
        if (!((IAsyncResult)answer).AsyncWaitHandle.WaitOne(limit > TimeSpan.Zero ? limit : Timeout.InfiniteTimeSpan)) throw Late(answer, limit, attempt);
        return answer.GetAwaiter().GetResult();
    }

    private MariaDbException Late(Task answer, TimeSpan limit, string attempt)
    {
        Interlocked.Increment(ref _losses);
        Abandon();
        Observe(answer);
        return new MariaDbException(MariaDbFailure.Timeout, $"{attempt}: no answer within {limit.TotalSeconds:0.###} s; the connection was cut");
    }

    // Nobody waits for it any more; it must not turn up as an unobserved exception either.
    private static void Observe(Task answer) =>
        _ = answer.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private bool Open()
    {
        var connection = ServerConnection.Open(_settings);
        Connection = connection;
        ServerVersion = connection.ServerVersion;
        // From here on it can be cut; abandoned meanwhile, it ends right after this.
        Volatile.Write(ref _socket, connection.Socket);
        return true;
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it belongs to the caller; the thread must live to close the connection.")]
    private void Answer<T>(Func<T> work, TaskCompletionSource<T> answer)
    {
        T result;
        try
        {
            result = work();
            InTransaction = Connection!.InTransaction;
        }
        catch (MariaDbException e)
        {
            if (e.ConnectionLost) Interlocked.Increment(ref _losses);
            else if (Connection is not null) InTransaction = Connection.InTransaction;
            _slot.Release(isLeaving: e.ConnectionLost || Connection is null);
            answer.SetException(e);
            return;
        }
        catch (Exception e)
        {
            // Unknown state: not for anyone else.
            _slot.Release(isLeaving: true);
            answer.SetException(e);
            return;
        }
        _slot.Release(isLeaving: false);
        answer.SetResult(result);
    }

    private void Loop()
    {
        _ = Mysql.mysql_thread_init();
        try
        {
            while (_slot.Take() is { } work) work();
        }
        finally
        {
            Connection?.Dispose();
            Mysql.mysql_thread_end();
            _ended.SetResult();
        }
    }
}
