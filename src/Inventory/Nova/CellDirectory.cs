using Firstlight.Inventory.Nova.Rows;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>Where an instance lives.</summary>
/// <param name="Database">The cell's database.</param>
/// <param name="IsMapped">Whether the API database knows the instance, scheduled or not; always true where it is not asked.</param>
internal readonly record struct CellLookup(NovaDatabase Database, bool IsMapped);

/// <summary>Instance → cell database, by Nova's <c>instance_mappings</c> and <c>cell_mappings</c>. Thread-safe.</summary>
/// <remarks>
/// Asked for every build: a mapping changes when an instance is scheduled or migrates between cells. Nova ignores whether a cell is disabled or an
/// instance queued for deletion; so do we.
/// </remarks>
internal sealed class CellDirectory(NovaDatabases databases, NovaOptions options, ILogger logger)
{
    private const string MappingOf = """
        SELECT m.cell_id, c.database_connection
        FROM instance_mappings m
        LEFT JOIN cell_mappings c ON c.id = m.cell_id
        WHERE m.instance_uuid = @id
        """;

    private const string Cells = "SELECT c.id, c.database_connection FROM cell_mappings c ORDER BY c.id";

    private readonly NovaDatabase? _api = options is { LocalPerCell: false, ApiUrl: { } url } ? databases.Of(url) : null;

    /// <summary>The database of <c>[database] connection</c>.</summary>
    public NovaDatabase Default { get; } = databases.Of(options.DefaultUrl);

    /// <summary>Finds the cell of an instance; the default database where no mapping or cell is known.</summary>
    /// <exception cref="InventoryUnavailableException">The API database is down, or holds a cell URL that cannot be read.</exception>
    public async Task<CellLookup> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_api is null) return new CellLookup(Default, IsMapped: true);

        var mapping = await _api.RunAsync($"looking for the cell of instance {id}", async (connection, token) =>
        {
            await using var command = Sql.Command(connection, MappingOf, ("@id", id));
            await using var reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token) ? new Mapping(Sql.Number(reader, 0), Sql.Text(reader, 1)) : null;
        }, cancellationToken);

        if (mapping is null)
        {
            NovaLog.NoMapping(logger, id, Default.Name);
            return new CellLookup(Default, IsMapped: false);
        }

        // Not scheduled yet.
        if (mapping.CellId is not { } cell || mapping.Connection is not { } connection) return new CellLookup(Default, IsMapped: true);
        return new CellLookup(CellAt(cell, connection, $"looking for instance {id}"), IsMapped: true);
    }

    /// <summary>Asks every database known, and every cell the API database knows, for a sign of life.</summary>
    public async Task<IReadOnlyList<DatabaseState>> ProbeAsync(CancellationToken cancellationToken)
    {
        var states = new List<DatabaseState>();
        if (_api is not null)
        {
            try
            {
                foreach (var (id, connection) in await CellsAsync(_api, cancellationToken))
                {
                    try
                    {
                        CellAt(id, connection, "asking for a sign of life");
                    }
                    catch (InventoryUnavailableException e)
                    {
                        states.Add(new DatabaseState($"cell {id}", e.Message));
                    }
                }
            }
            catch (InventoryUnavailableException)
            {
                // Asked again below, with its own line.
            }
        }

        var all = databases.All;
        var problems = await Task.WhenAll(all.Select(database => database.ProbeAsync(cancellationToken)));
        states.AddRange(all.Zip(problems, (database, problem) => new DatabaseState(database.Name, problem)));
        return states;
    }

    private static async Task<List<(long Id, string Connection)>> CellsAsync(NovaDatabase api, CancellationToken cancellationToken) =>
        await api.RunAsync("listing the cells", async (connection, token) =>
        {
            var cells = new List<(long, string)>();
            await using var command = Sql.Command(connection, Cells);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                if (Sql.Text(reader, 1) is { } url) cells.Add((Sql.Number(reader, 0)!.Value, url));
            }

            return cells;
        }, cancellationToken);

    private NovaDatabase CellAt(long cell, string connection, string what)
    {
        try
        {
            return databases.Of(CellUrlTemplate.Fill(connection, options.DefaultUrl.Text), "database_connection");
        }
        catch (FormatException e)
        {
            throw new InventoryUnavailableException($"{what}: cell_mappings, id {cell}: {e.Message}", e);
        }
    }

    private sealed record Mapping(long? CellId, string? Connection);
}

/// <summary>Whether a database answers.</summary>
/// <param name="Database">Its name and host.</param>
/// <param name="Problem">Null when it answers, else what is wrong in one line.</param>
public sealed record DatabaseState(string Database, string? Problem);
