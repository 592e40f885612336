using System.Security.Cryptography;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Storage;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Tests.Support;

/// <summary>A private directory with a place for a store; gone afterwards.</summary>
internal sealed class StoreDirectory : IDisposable
{
    public StoreDirectory() => Root = Directory.CreateTempSubdirectory("firstlight-inventory-").FullName;

    public string Root { get; }

    public string File => Path.Combine(Root, "inventory.sqlite");

    public string Hash() => Convert.ToHexString(SHA256.HashData(System.IO.File.ReadAllBytes(File)));

    public string[] Names() => [.. Directory.GetFileSystemEntries(Root).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    /// <summary>Uses the store as a program that just began does: nothing of it is in memory.</summary>
    public T Fresh<T>(Func<OwnInventory, T> use)
    {
        using var inventory = OwnInventory.Open(File);
        return use(inventory);
    }

    /// <summary>Runs SQL behind the inventory's back.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Statement.Run(connection, sql);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
