using System.Security.Cryptography;

namespace Firstlight.Inventory.Tests.Support;

/// <summary>A private directory with a place for a store; gone afterwards.</summary>
internal sealed class StoreDirectory : IDisposable
{
    public StoreDirectory() => Root = Directory.CreateTempSubdirectory("firstlight-inventory-").FullName;

    public string Root { get; }

    public string File => Path.Combine(Root, "inventory.sqlite");

    public string Hash() => Convert.ToHexString(SHA256.HashData(System.IO.File.ReadAllBytes(File)));

    public string[] Names() => [.. Directory.GetFileSystemEntries(Root).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
