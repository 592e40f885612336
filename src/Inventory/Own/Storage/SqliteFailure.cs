using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>What a driver's exception means for who asked: try later, not ours to use, or a rule that only the schema caught.</summary>
internal static class SqliteFailure
{
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int Corrupt = 11;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    /// <summary>Turns a driver's exception into ours.</summary>
    /// <param name="e">What the driver threw.</param>
    /// <param name="path">The store's file.</param>
    /// <param name="attempt">What was attempted, such as <c>reading</c>.</param>
    public static Exception From(SqliteException e, string path, string attempt) => e.SqliteErrorCode switch
    {
        Busy or Locked => new InventoryUnavailableException($"{attempt} {path}: locked by another process ({Reason(e)})", e),
        Corrupt => new InventoryBrokenException($"{attempt} {path}: the file is corrupt ({Reason(e)}); restore it from a copy", e),
        NotADatabase => new InventoryBrokenException($"{attempt} {path}: not a SQLite database", e),
        Error => new InventoryBrokenException($"{attempt} {path}: the schema is not the one of this program ({Reason(e)})", e),
        Constraint => new InventoryRuleException([new RuleViolation("inventory", "schema", Reason(e))]),
        _ => new InventoryUnavailableException($"{attempt} {path}: {Reason(e)}", e),
    };

    /// <summary>A row that does not hold what its column promises.</summary>
    public static InventoryBrokenException Unreadable(Exception e, string path) =>
        new($"reading {path}: a row is unreadable ({e.Message.ReplaceLineEndings(" ")}); restore the file from a copy", e);

    /// <summary>Whether an exception of ours or of the driver means that the store's text could not be understood.</summary>
    public static bool IsUnreadableRow(Exception e) => e is FormatException or InvalidCastException or ArgumentException or OverflowException;

    // The driver wraps the library's words: SQLite Error 5: 'database is locked'.
    private static string Reason(SqliteException e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
