using System.Data.Common;
using Npgsql;

namespace Firstlight.Inventory.Nova;

/// <summary>Connections to PostgreSQL that keep their statements prepared, except where a pooler stands between.</summary>
/// <remarks>
/// A pooler may give each statement another session of the server, and what was prepared under a name may be something else there. It shows by the process
/// id: the server tells a client its own when it connects, a pooler makes one up. Nova's drivers prepare nothing, so that such a pooler suits Nova.
/// </remarks>
internal sealed class PostgreSqlSource : DbDataSource
{
    // As many statements as there are here and some to spare; the first use of each is not worth it.
    private const int Statements = 32;
    private const int UsesBefore = 2;

    private readonly NpgsqlDataSource _plain;
    private readonly NpgsqlDataSource _preparing;
    private NpgsqlDataSource? _fit;

    /// <param name="settings">How to connect.</param>
    /// <param name="build">Builds the source of a connection string.</param>
    public PostgreSqlSource(NpgsqlConnectionStringBuilder settings, Func<string, NpgsqlDataSource> build)
    {
        // Nothing is left in a session that the next user would have to be kept from.
        settings.NoResetOnClose = true;
        _plain = build(settings.ConnectionString);
        settings.MaxAutoPrepare = Statements;
        settings.AutoPrepareMinUsages = UsesBefore;
        _preparing = build(settings.ConnectionString);
    }

    /// <inheritdoc/>
    public override string ConnectionString => _plain.ConnectionString;

    /// <summary>Whether statements are prepared; null before the first connection.</summary>
    public bool? IsPreparing => Volatile.Read(ref _fit) is { } fit ? fit == _preparing : null;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => (Volatile.Read(ref _fit) ?? _plain).CreateConnection();

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _fit) is { } fit) return await fit.OpenConnectionAsync(cancellationToken);

        var first = await _plain.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = first.CreateCommand();
            command.CommandText = "SELECT pg_backend_pid()";
            var isDirect = await command.ExecuteScalarAsync(cancellationToken) is int process && process == first.ProcessID;
            Volatile.Write(ref _fit, isDirect ? _preparing : _plain);
            return first;
        }
        catch
        {
            await first.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _plain.DisposeAsync();
        await _preparing.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
            _preparing.Dispose();
        }
        base.Dispose(disposing);
    }
}
