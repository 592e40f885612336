using System.Data.Common;
using Firstlight.Inventory.MariaDb;
using Firstlight.Tests.Support;

namespace Firstlight.Inventory.Tests.MariaDb;

/// <summary>A server with one account and one database, for tests that do it no harm.</summary>
public sealed class RunningDatabase : IDisposable
{
    public const string Password = "p@ss:w/ör'd";

    public RunningDatabase()
    {
        Server = new MariaDbServer();
        try
        {
            Prepare(Server);
        }
        catch
        {
            Server.Dispose();
            throw;
        }
    }

    public MariaDbServer Server { get; }

    public MariaDbConnectionSettings Settings => For(Server);

    public static MariaDbConnectionSettings For(MariaDbServer server) => new() { Port = server.Port, User = "app", Password = Password, Database = "facts" };

    public static void Prepare(MariaDbServer server) => server.Execute($"""
        CREATE DATABASE facts CHARACTER SET utf8mb4;
        CREATE USER app IDENTIFIED BY '{Password.Replace("'", "''", StringComparison.Ordinal)}';
        GRANT ALL ON facts.* TO app;
        """);

    public void Dispose() => Server.Dispose();
}

[CollectionDefinition(Name)]
public sealed class MariaDbCollection : ICollectionFixture<RunningDatabase>
{
    public const string Name = "MariaDB";
}

/// <summary>What every test of a database writes again and again.</summary>
internal static class Sql
{
    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static DbCommand With(this DbCommand command, string text, params (string Name, object? Value)[] parameters)
    {
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    public static async Task<int> ExecuteAsync(this DbConnection connection, string text, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.CreateCommand().With(text, parameters);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    public static async Task<object?> ScalarAsync(this DbConnection connection, string text, params (string Name, object? Value)[] parameters)
    {
        await using var command = connection.CreateCommand().With(text, parameters);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    public static async Task<object?> ScalarAsync(this DbDataSource source, string text, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        return await connection.ScalarAsync(text, parameters);
    }

    public static async Task<int> ExecuteAsync(this DbDataSource source, string text, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        return await connection.ExecuteAsync(text, parameters);
    }

    public static async Task<MariaDbException> FailsAsync(Func<Task> act) => await Assert.ThrowsAsync<MariaDbException>(act);
}
