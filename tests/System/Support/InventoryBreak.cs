using Firstlight.Inventory.Own;
using Microsoft.Data.Sqlite;

namespace Firstlight.System.Tests.Support;

/// <summary>Writes into an inventory what its rules would never let in, and takes it back when disposed. Who holds the inventory open is not told.</summary>
internal sealed class InventoryBreak : IDisposable
{
    private readonly string _file;
    private readonly string _mend;

    public InventoryBreak(string file, string breaks, string mends)
    {
        (_file, _mend) = (file, mends);

        // The program's own store makes the system's SQLite known to the driver.
        OwnInventory.Open(file).Dispose();
        Run(breaks);
    }

    public void Dispose() => Run(_mend);

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA foreign_keys = OFF; {sql}";
        command.ExecuteNonQuery();
    }
}
