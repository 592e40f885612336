using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>The numbered schema changes (<c>Own/Migrations/NNNN_name.sql</c>), embedded, each applied once in a transaction of its own.</summary>
internal static class Migrations
{
    private const string Folder = ".Own.Migrations.";
    private static readonly (int Number, string Resource)[] All = List();

    /// <summary>Number of the newest migration: the schema this program works with.</summary>
    public static int Newest => All[^1].Number;

    /// <summary>Applies what is missing. Two processes may do so at once: the second finds nothing to do.</summary>
    /// <exception cref="InventoryBrokenException">The schema is newer than this program.</exception>
    public static void Apply(SqliteConnection connection, string path)
    {
        foreach (var (number, resource) in All)
        {
            if (Schema(connection, path) >= number) continue;
            using var transaction = connection.BeginTransaction(deferred: false);
            if (Schema(connection, path) >= number) continue;
            Statement.Run(connection, Text(resource));
            Statement.Run(connection, $"PRAGMA application_id = {StoreHeader.ApplicationId}; PRAGMA user_version = {number}");
            transaction.Commit();
        }
    }

    private static int Schema(SqliteConnection connection, string path)
    {
        var schema = (int)Statement.Number(connection, "PRAGMA user_version");
        StoreHeader.RefuseNewer(path, schema, Newest);
        return schema;
    }

    private static (int, string)[] List() =>
    [
        .. from resource in Assembly.GetExecutingAssembly().GetManifestResourceNames()
           let start = resource.IndexOf(Folder, StringComparison.Ordinal)
           where start >= 0 && resource.EndsWith(".sql", StringComparison.Ordinal)
           let number = int.Parse(resource.AsSpan(start + Folder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture)
           orderby number
           select (number, resource),
    ];

    private static string Text(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
