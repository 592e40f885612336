using System.Data.Common;
using Firstlight.Inventory.Nova.Rows;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>Facts of instances read live from Nova's databases, one cell never waiting for another. Thread-safe.</summary>
/// <remarks>
/// Reads only, but for two things Nova's own service writes: the password a guest posts, and an EC2 number that is missing. Security groups are
/// not among Nova's tables any more and stay empty. Whether the case of an id matters is the database's rule: not in MySQL, but in PostgreSQL.
/// </remarks>
public sealed class NovaInstanceSource : IInstanceSource, IAsyncDisposable
{
    private readonly NovaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NovaDatabases _databases;
    private readonly CellDirectory _cells;

    /// <summary>Puts the parts together; connects to nothing yet.</summary>
    /// <param name="options">Which databases, and how patiently.</param>
    /// <param name="open">Opens a data source without connecting; normally <see cref="DatabaseDrivers.Opener"/>.</param>
    /// <param name="time">Clock of deadlines, circuits and written times.</param>
    /// <param name="logger">Log.</param>
    /// <exception cref="ArgumentException">No API database where one is needed, or a bound out of range.</exception>
    public NovaInstanceSource(NovaOptions options, Func<SqlAlchemyUrl, DbDataSource> open, TimeProvider time, ILogger<NovaInstanceSource> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { LocalPerCell: false, ApiUrl: null }) throw new ArgumentException("[api_database] connection is not set", nameof(options));
        if (options.PoolSize is < 1 or > 1000) throw new ArgumentException($"a pool of {options.PoolSize} connections is not 1 to 1000", nameof(options));

        _options = options;
        _time = time;
        _logger = logger;
        _databases = new NovaDatabases(open, options, time, logger);
        _cells = new CellDirectory(_databases, options, logger);
    }

    /// <summary>Null: Nova tells nobody of its changes.</summary>
    public IInventoryChanges? Changes => null;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A column cannot be read, under <see cref="NovaOptions.StrictNova"/>.</exception>
    public async ValueTask<Instance?> FindAsync(InstanceId id, CancellationToken cancellationToken)
    {
        // No id has it, and PostgreSQL takes no such text.
        if (id.Value.Contains('\0')) return null;

        var cell = await _cells.FindAsync(id.Value, cancellationToken);
        var found = await cell.Database.RunAsync<(InstanceRow Row, Ec2Numbers Numbers)?>($"reading instance {id}", async (connection, token) =>
        {
            if (await InstanceQueries.FindAsync(connection, id.Value, token) is not { } row) return null;
            return (row, await cell.Database.Numbers.OfAsync(connection, row, token));
        }, cancellationToken);
        return found is { } facts ? new InstanceFacts(facts.Row, _options.StrictNova, _logger).Read(facts.Numbers) : null;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The database cannot hold the text; or, under <see cref="NovaOptions.StrictNova"/>, the instance has no mapping.
    /// </exception>
    public async ValueTask<bool> SetPasswordAsync(InstanceId id, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (id.Value.Contains('\0')) return false;

        var cell = await _cells.FindAsync(id.Value, cancellationToken);
        if (!cell.IsMapped && _options.StrictNova) throw new InvalidDataException($"instance {id} has no mapping to a cell to write its password to");

        var written = await cell.Database.RunAsync(
            $"storing the password of instance {id}",
            (connection, token) => PasswordRows.WriteAsync(connection, cell.Database.Dialect, id.Value, password, SqlDialect.Now(_time), token),
            cancellationToken);

        // Nova names a missing instance only where it looked for a mapping first.
        if (!written && _options is { StrictNova: true, LocalPerCell: true }) throw new InvalidDataException($"instance {id} is gone");
        return written;
    }

    /// <summary>Asks every database for a sign of life: the API database, the default one, and every cell's.</summary>
    /// <param name="cancellationToken">Ends the wait; each database has <see cref="NovaOptions.CellTimeout"/>.</param>
    /// <returns>One item for each database.</returns>
    public Task<IReadOnlyList<DatabaseState>> ProbeAsync(CancellationToken cancellationToken) => _cells.ProbeAsync(cancellationToken);

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _databases.DisposeAsync();
}
