using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>One of Nova's databases: bounded connections, a deadline for each piece of work, and a memory of being down. Thread-safe.</summary>
internal sealed class NovaDatabase(SqlAlchemyUrl url, DbDataSource source, NovaOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _slots = new(options.PoolSize);
    private readonly Circuit _circuit = new(options.LeaveAlone, time);

    /// <summary>Database and host, for messages.</summary>
    public string Name => url.Name;

    public SqlDialect Dialect { get; } = SqlDialect.Of(url.Kind);

    /// <summary>Numbers behind EC2 ids, which are a cell's own.</summary>
    public Ec2NumberBook Numbers { get; } = new(url.Name, options.MayAllot, time, logger);

    /// <summary>Does a piece of work on a connection. It may be done twice, if the connection is lost the first time.</summary>
    /// <param name="what">What is attempted, for messages: <c>reading instance …</c>.</param>
    /// <param name="work">The work; must not keep the connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InventoryUnavailableException">The database is down, too slow, or refused a statement.</exception>
    /// <exception cref="InvalidDataException">The database refused a value.</exception>
    public async Task<T> RunAsync<T>(string what, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        if (!_circuit.TryEnter(out var known)) throw LeftAlone(what, known);

        using var deadline = new CancellationTokenSource(options.CellTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var attempt = new Attempt();
        try
        {
            // A driver that does not notice the deadline is left behind: its connection's slot comes free when it does.
            var running = WorkAsync(what, work, attempt, linked.Token);
            var result = await Detached(running).WaitAsync(linked.Token);
            Answered();
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _circuit.Abandoned();
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException || deadline.IsCancellationRequested && IsOfDriver(e))
        {
            // Waiting for a connection of ours says nothing of the database: those who hold them find out.
            if (!attempt.HasConnectionSlot)
            {
                _circuit.Abandoned();
                throw new InventoryUnavailableException(
                    $"{what}: all {options.PoolSize} connections to database {Name} were busy for {options.CellTimeout.TotalSeconds:0.#} s");
            }

            throw Down(what, $"no answer within {options.CellTimeout.TotalSeconds:0.#} s", e);
        }
        catch (DbException e) when (attempt.IsRefused)
        {
            Answered();
            throw SqlDialect.IsBadValue(e)
                ? new InvalidDataException($"{what}: database {Name} cannot hold a value")
                : new InventoryUnavailableException($"{what}: database {Name}: {e.Message}", e);
        }
        catch (Exception e) when (IsOfDriver(e))
        {
            throw Down(what, e.Message, e);
        }
        catch (InventoryUnavailableException)
        {
            _circuit.Abandoned();
            throw;
        }
        catch
        {
            Answered();
            throw;
        }
    }

    /// <summary>Asks whether the database answers now.</summary>
    /// <returns>Null, or the problem in one line.</returns>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync<string?>("asking for a sign of life", async (connection, token) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT 1";
                await command.ExecuteScalarAsync(token);
                return null;
            }, cancellationToken);
        }
        catch (InventoryUnavailableException e)
        {
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        Numbers.Dispose();
        _slots.Dispose();
    }

    private async Task<T> WorkAsync<T>(string what, Func<DbConnection, CancellationToken, Task<T>> work, Attempt attempt, CancellationToken token)
    {
        await _slots.WaitAsync(token);
        attempt.HasConnectionSlot = true;
        try
        {
            // Who waited here while others found the database down need not find out again.
            if (_circuit.IsOpen(out var known)) throw LeftAlone(what, known);
            try
            {
                return await OnceAsync(work, attempt, token);
            }
            catch (DbException e) when (!attempt.IsRefused && attempt.HadConnection && !token.IsCancellationRequested)
            {
                NovaLog.ConnectionLost(logger, Name, e.Message);
                return await OnceAsync(work, attempt, token);
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<T> OnceAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, Attempt attempt, CancellationToken token)
    {
        attempt.HadConnection = false;
        await using var connection = await source.OpenConnectionAsync(token);
        attempt.HadConnection = true;
        try
        {
            return await work(connection, token);
        }
        catch (DbException e)
        {
            attempt.IsRefused = !SqlDialect.IsLost(connection, e);
            throw;
        }
    }

    // The outcome of work nobody waits for any more is looked at, so that it is not reported as unobserved.
    private static Task<T> Detached<T>(Task<T> running)
    {
        _ = running.ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return running;
    }

    private static bool IsOfDriver(Exception e) => e is DbException or SocketException or IOException or ObjectDisposedException;

    private InventoryUnavailableException LeftAlone(string what, string known) =>
        new($"{what}: database {Name} is left alone for a moment, it failed just now ({known})");

    private void Answered()
    {
        if (_circuit.Succeeded()) NovaLog.DatabaseBack(logger, Name);
    }

    private InventoryUnavailableException Down(string what, string reason, Exception cause)
    {
        if (_circuit.Failed(reason)) NovaLog.DatabaseDown(logger, Name, reason);
        return new InventoryUnavailableException($"{what}: database {Name}: {reason}", cause);
    }

    /// <summary>How far a piece of work came. Written by the work, read after it or after its deadline.</summary>
    private sealed class Attempt
    {
        private volatile bool _hasSlot;

        public bool HasConnectionSlot
        {
            get => _hasSlot;
            set => _hasSlot = value;
        }

        public bool HadConnection { get; set; }

        public bool IsRefused { get; set; }
    }
}
