using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory.MariaDb.Connections;

namespace Firstlight.Inventory.MariaDb;

/// <summary>A connection lent by the pool between <see cref="Open"/> and <see cref="Close"/>. One statement at a time; an open reader counts as one.</summary>
/// <remarks>
/// Closing rolls back a transaction that is still open. What else a session remembers (variables, temporary tables) meets its next user, so leave none;
/// only a changed database is noticed, and such a connection is not used again.
/// </remarks>
internal sealed class MariaDbConnection(ConnectionPool pool, MariaDbConnectionSettings settings) : DbConnection
{
    private ConnectionThread? _lent;
    private string? _database = settings.Database;

    [AllowNull]
    public override string ConnectionString
    {
        get => settings.ToString();
        set => throw new NotSupportedException("the settings of a connection are those of its data source");
    }

    public override string Database => _database ?? "";

    public override string DataSource => settings.Target;

    public override string ServerVersion => Lent.ServerVersion;

    public override int ConnectionTimeout => (int)Math.Ceiling(settings.ConnectTimeout.TotalSeconds);

    /// <summary>Broken once the connection is known to be lost.</summary>
    public override ConnectionState State => _lent switch
    {
        null => ConnectionState.Closed,
        { IsUsable: true } => ConnectionState.Open,
        _ => ConnectionState.Broken,
    };

    internal int DefaultCommandTimeout => (int)Math.Ceiling(settings.CommandTimeout.TotalSeconds);

    /// <summary>The reader whose rows are not all fetched.</summary>
    internal MariaDbDataReader? Reader { get; set; }

    private TimeSpan Limit => settings.CommandTimeout;

    private ConnectionThread Lent => _lent ?? throw new InvalidOperationException("the connection is not open");

    public override void Open()
    {
        RequireClosed();
        _lent = pool.Rent();
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireClosed();
        _lent = await pool.RentAsync(cancellationToken);
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    public override void Close()
    {
        if (_lent is null) return;
        Reader?.Close();
        if (NeedsRollback)
        {
            try
            {
                Run(Rollback, Limit);
            }
            catch (MariaDbException)
            {
                // The server rolls back what a lost connection left; the pool sees that it is not clean.
            }
        }
        GiveBack();
    }

    public override async Task CloseAsync()
    {
        if (_lent is null) return;
        if (Reader is not null) await Reader.CloseAsync();
        if (NeedsRollback)
        {
            try
            {
                await RunAsync(Rollback, Limit, CancellationToken.None);
            }
            catch (MariaDbException)
            {
                // As above.
            }
        }
        GiveBack();
    }

    public override void ChangeDatabase(string databaseName)
    {
        Lent.IsChanged = true;
        Run(c => Selected(c, databaseName), Limit);
        _database = databaseName;
    }

    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        Lent.IsChanged = true;
        await RunAsync(c => Selected(c, databaseName), Limit, cancellationToken);
        _database = databaseName;
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    internal Task<T> RunAsync<T>(Func<ServerConnection, T> work, TimeSpan limit, CancellationToken cancellationToken) =>
        Lent.RunAsync(work, limit, cancellationToken);

    internal T Run<T>(Func<ServerConnection, T> work, TimeSpan limit) => Lent.Run(work, limit);

    /// <summary>Cuts the connection under whatever runs on it.</summary>
    internal void Abandon()
    {
        if (_lent is { IsBusy: true } lent) lent.Abandon();
    }

    internal void RequireNoReader()
    {
        if (Reader is not null) throw new InvalidOperationException("a reader of this connection is still open; close it first");
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
    {
        RequireNoReader();
        var begin = MariaDbTransaction.Begin(isolationLevel);
        Run(begin, Limit);
        return new MariaDbTransaction(this, isolationLevel, Limit);
    }

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        RequireNoReader();
        await RunAsync(MariaDbTransaction.Begin(isolationLevel), Limit, cancellationToken);
        return new MariaDbTransaction(this, isolationLevel, Limit);
    }

    protected override DbCommand CreateDbCommand() => new MariaDbCommand { Connection = this, CommandTimeout = DefaultCommandTimeout };

    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
        base.Dispose(disposing);
    }

    private bool NeedsRollback => _lent is { IsUsable: true, IsBusy: false, InTransaction: true };

    private static bool Rollback(ServerConnection connection)
    {
        connection.Run("ROLLBACK");
        return true;
    }

    private static bool Selected(ServerConnection connection, string database)
    {
        connection.Select(database);
        return true;
    }

    private void RequireClosed()
    {
        if (_lent is not null) throw new InvalidOperationException("the connection is open already");
    }

    private void GiveBack()
    {
        var lent = _lent!;
        _lent = null;
        _database = settings.Database;
        Reader = null;
        pool.Return(lent);
        OnStateChange(new StateChangeEventArgs(ConnectionState.Open, ConnectionState.Closed));
    }
}
