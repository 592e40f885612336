using System.Data;
using System.Data.Common;
using System.Text;
using Firstlight.Inventory.Nova.Rows;

namespace Firstlight.Inventory.Nova;

/// <summary>The password a guest posts, as Nova keeps it: four rows of <c>instance_system_metadata</c>, 255 characters each.</summary>
internal static class PasswordRows
{
    /// <summary>What the keys of the rows begin with.</summary>
    public const string KeyPrefix = "password_";

    private const string Present =
        "SELECT s.id, s.key FROM instance_system_metadata s WHERE s.instance_uuid = @uuid AND s.key LIKE 'password%' ORDER BY s.id";

    private const int Rows = 4;
    private const int RowLength = 255;

    /// <summary>Puts the rows together: in order of their keys, of equal keys the last row; soft-deleted rows count.</summary>
    /// <param name="systemMetadata">Rows by id.</param>
    /// <exception cref="FormatException">A row holds NULL.</exception>
    public static string Join(IEnumerable<KeyValuePair<string?, string?>> systemMetadata)
    {
        var rows = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in systemMetadata)
        {
            if (key is not null && key.StartsWith(KeyPrefix, StringComparison.Ordinal)) rows[key] = value;
        }

        return string.Concat(rows.Select(row => row.Value ?? throw new FormatException("a row without value")));
    }

    /// <summary>Cuts a password into the rows' values; unused ones are empty. Characters are code points, as the column counts them.</summary>
    public static string[] Split(string password)
    {
        var rows = new string[Rows];
        var row = new StringBuilder();
        var at = 0;
        var runes = password.EnumerateRunes().ToArray();
        for (var i = 0; i < Rows; i++)
        {
            row.Clear();
            for (var n = 0; n < RowLength && at < runes.Length; n++) row.Append(runes[at++].ToString());
            rows[i] = row.ToString();
        }

        return rows;
    }

    /// <summary>Writes the rows in one transaction, then notes on the instance that it changed, if the account may.</summary>
    /// <returns>False when there is no live instance.</returns>
    public static async Task<bool> WriteAsync(
        DbConnection connection, SqlDialect dialect, string id, string password, DateTime now, CancellationToken cancellationToken)
    {
        if (await FindAsync(connection, id, cancellationToken) is not { } instance) return false;

        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken))
        {
            await ReplaceAsync(connection, transaction, dialect, instance.Uuid, Split(password), now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        try
        {
            await Sql.RunAsync(
                connection, null, "UPDATE instances SET updated_at = @now WHERE id = @row", [("@now", now), ("@row", instance.Id)], cancellationToken);
        }
        catch (DbException e) when (!SqlDialect.IsLost(connection, e))
        {
            // The right to write passwords need not come with one to write instances, and nothing reads this of Nova's for us.
        }

        return true;
    }

    private static async Task ReplaceAsync(
        DbConnection connection,
        DbTransaction transaction,
        SqlDialect dialect,
        string uuid,
        string[] values,
        DateTime now,
        CancellationToken cancellationToken)
    {
        var present = await PresentAsync(connection, transaction, uuid, cancellationToken);
        var missing = new StringBuilder();
        List<(string, object?)> parameters = [("@now", now), ("@uuid", uuid)];
        foreach (var (n, value) in values.Index())
        {
            var key = $"{KeyPrefix}{n}";
            var rows = present.Where(row => row.Key == key).ToList();

            // A soft-deleted row is written too, and stays deleted: Nova reads it all the same.
            foreach (var row in rows)
            {
                await Sql.RunAsync(
                    connection, transaction, "UPDATE instance_system_metadata SET value = @value, updated_at = @now WHERE id = @row",
                    [("@value", value), ("@now", now), ("@row", row.Id)], cancellationToken);
            }

            if (rows.Count > 0) continue;

            missing.Append(missing.Length > 0 ? ", " : "").Append($"(@now, @uuid, @key{n}, @value{n}, 0)");
            parameters.Add(($"@key{n}", key));
            parameters.Add(($"@value{n}", value));
        }

        if (missing.Length == 0) return;

        // In one statement the rows get neighbouring ids, so that of two posts at once the last rows are those of one of them.
        var insert = $"INSERT INTO instance_system_metadata (created_at, instance_uuid, {dialect.KeyColumn}, value, deleted) VALUES {missing}";
        await Sql.RunAsync(connection, transaction, insert, [.. parameters], cancellationToken);
    }

    private static async Task<(long Id, string Uuid)?> FindAsync(DbConnection connection, string id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT i.id, i.uuid FROM instances i WHERE i.uuid = @id AND i.deleted = 0", ("@id", id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (Sql.Number(reader, 0)!.Value, reader.GetString(1)) : null;
    }

    private static async Task<List<(long Id, string Key)>> PresentAsync(
        DbConnection connection, DbTransaction transaction, string uuid, CancellationToken cancellationToken)
    {
        var rows = new List<(long, string)>();
        await using var command = Sql.Command(connection, Present, ("@uuid", uuid));
        command.Transaction = transaction;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) rows.Add((Sql.Number(reader, 0)!.Value, reader.GetString(1)));
        return rows;
    }
}
