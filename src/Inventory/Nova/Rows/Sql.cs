using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Firstlight.Inventory.Nova.Rows;

/// <summary>Commands and columns over ADO.NET's base classes, for whichever driver is behind them.</summary>
internal static class Sql
{
    /// <summary>A command; every use of a parameter is by its name.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "The text is always one of our constants; values are parameters.")]
    public static DbCommand Command(DbConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A text column, null for NULL.</summary>
    public static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A whole number of whichever width, null for NULL.</summary>
    public static long? Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Convert.ToInt64(reader.GetValue(column));

    /// <summary>The first column of the first row as a number, null for none or NULL.</summary>
    public static async Task<long?> ScalarAsync(
        DbConnection connection, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, text, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is { } value and not DBNull ? Convert.ToInt64(value) : null;
    }

    /// <summary>Runs a statement for its effect.</summary>
    public static async Task RunAsync(
        DbConnection connection, DbTransaction? transaction, string text, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, text, parameters);
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
