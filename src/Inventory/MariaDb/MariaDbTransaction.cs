using System.Data;
using System.Data.Common;
using Firstlight.Inventory.MariaDb.Connections;

namespace Firstlight.Inventory.MariaDb;

/// <summary>A transaction; rolled back when disposed before it is committed.</summary>
internal sealed class MariaDbTransaction(MariaDbConnection connection, IsolationLevel isolationLevel, TimeSpan limit) : DbTransaction
{
    private bool _isOver;

    public override IsolationLevel IsolationLevel => isolationLevel;

    protected override DbConnection? DbConnection => _isOver ? null : connection;

    /// <summary>What begins one.</summary>
    /// <exception cref="NotSupportedException">The server has no such level.</exception>
    public static Func<ServerConnection, bool> Begin(IsolationLevel level)
    {
        var name = level switch
        {
            IsolationLevel.Unspecified => null,
            IsolationLevel.ReadUncommitted => "READ UNCOMMITTED",
            IsolationLevel.ReadCommitted => "READ COMMITTED",
            IsolationLevel.RepeatableRead or IsolationLevel.Snapshot => "REPEATABLE READ",
            IsolationLevel.Serializable => "SERIALIZABLE",
            _ => throw new NotSupportedException($"MariaDB has no isolation level {level}"),
        };
        return server =>
        {
            // Otherwise START TRANSACTION would commit the outer one unasked.
            if (server.InTransaction) throw new MariaDbException(MariaDbFailure.Other, "a transaction is open on this connection already");
            // Without a scope it holds for the next transaction only.
            if (name is not null) server.Run($"SET TRANSACTION ISOLATION LEVEL {name}");
            server.Run(level == IsolationLevel.Snapshot ? "START TRANSACTION WITH CONSISTENT SNAPSHOT" : "START TRANSACTION");
            return true;
        };
    }

    public override void Commit() => End("COMMIT");

    public override Task CommitAsync(CancellationToken cancellationToken = default) => EndAsync("COMMIT", cancellationToken);

    public override void Rollback() => End("ROLLBACK");

    public override Task RollbackAsync(CancellationToken cancellationToken = default) => EndAsync("ROLLBACK", cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (IsOpen)
        {
            try
            {
                await EndAsync("ROLLBACK", CancellationToken.None);
            }
            catch (MariaDbException)
            {
                // A lost connection rolls back by itself.
            }
        }
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && IsOpen)
        {
            try
            {
                End("ROLLBACK");
            }
            catch (MariaDbException)
            {
                // As above.
            }
        }
        base.Dispose(disposing);
    }

    // Closing the connection ends its transaction too.
    private bool IsOpen => !_isOver && connection.State == ConnectionState.Open;

    private void End(string statement)
    {
        RequireOpen();
        connection.Run(Ending(statement), limit);
    }

    private Task EndAsync(string statement, CancellationToken cancellationToken)
    {
        RequireOpen();
        return connection.RunAsync(Ending(statement), limit, cancellationToken);
    }

    private static Func<ServerConnection, bool> Ending(string statement) => server =>
    {
        server.Run(statement);
        return true;
    };

    private void RequireOpen()
    {
        if (_isOver) throw new InvalidOperationException("the transaction is over");
        connection.RequireNoReader();
        _isOver = true;
    }
}
