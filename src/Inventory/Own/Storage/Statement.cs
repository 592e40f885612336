using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>SQL text with parameters by position (<c>$0</c>, <c>$1</c> …), run once or kept prepared.</summary>
internal static class Statement
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 20).Select(i => $"${i}")];

    /// <summary>What a statement calls the parameter at a position, from 0.</summary>
    public static string Name(int position) => position < Names.Length ? Names[position] : $"${position}";

    /// <summary>Runs statements that answer nothing.</summary>
    public static int Run(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = Create(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement that answers one number; a missing row reads as 0.</summary>
    public static long Number(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = Create(connection, sql, values);
        return command.ExecuteScalar() is long number ? number : 0;
    }

    /// <summary>Runs a query and hands each row to <paramref name="row"/>.</summary>
    public static void Rows(SqliteConnection connection, string sql, Action<SqliteDataReader> row, params ReadOnlySpan<object?> values)
    {
        using var command = Create(connection, sql, values);
        using var reader = command.ExecuteReader();
        while (reader.Read()) row(reader);
    }

    /// <summary>Makes a command with its values bound; null is NULL.</summary>
    public static SqliteCommand Create(SqliteConnection connection, string sql, ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue(Name(i), values[i] ?? DBNull.Value);
        return command;
    }

    /// <summary>Text of a column, or null.</summary>
    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
