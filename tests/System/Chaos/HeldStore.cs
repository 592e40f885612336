using Firstlight.Inventory.Own;
using Microsoft.Data.Sqlite;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The store as another program holds it in the middle of a change: nobody else can write.</summary>
internal sealed class HeldStore : IDisposable
{
    private readonly SqliteConnection _connection;

    private HeldStore(SqliteConnection connection) => _connection = connection;

    /// <summary>Begins a change and does not end it.</summary>
    public static HeldStore Take(string file)
    {
        // The program's own store makes the system's SQLite known to the driver.
        OwnInventory.Open(file).Dispose();
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return new HeldStore(connection);
    }

    public void Dispose() => _connection.Dispose();
}
