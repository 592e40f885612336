using System.Data;
using System.Data.Common;
using Firstlight.Inventory.MariaDb;

namespace Firstlight.Inventory.Nova;

/// <summary>Where the SQL of MySQL and PostgreSQL differs for us, and how their failures are told apart.</summary>
/// <remarks>
/// The rest is shared. The reserved word <c>key</c> needs no quotes behind an alias (<c>s.key</c>) in either; only a column list needs them.
/// </remarks>
internal sealed class SqlDialect
{
    private SqlDialect(string keyColumn) => KeyColumn = keyColumn;

    /// <summary>The column <c>key</c> in a list of columns.</summary>
    public string KeyColumn { get; }

    public static SqlDialect Of(DatabaseKind kind) => kind == DatabaseKind.MySql ? new SqlDialect("`key`") : new SqlDialect("\"key\"");

    /// <summary>Whether a statement failed because its connection did, not because the server refused it.</summary>
    public static bool IsLost(DbConnection connection, DbException failure) =>
        connection.State != ConnectionState.Open
        || failure is MariaDbException { ConnectionLost: true }
        || failure.InnerException is IOException or System.Net.Sockets.SocketException or TimeoutException
        || failure.SqlState is { } state && (state.StartsWith("08", StringComparison.Ordinal) || state is "57P01" or "57P02" or "57P03");

    /// <summary>Whether the server refused a value (too long, not of its character set): trying again cannot help.</summary>
    public static bool IsBadValue(DbException failure) => failure.SqlState is { } state && state.StartsWith("22", StringComparison.Ordinal);

    /// <summary>The time as both store it: UTC without zone, whole seconds.</summary>
    public static DateTime Now(TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return DateTime.SpecifyKind(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), DateTimeKind.Unspecified);
    }
}
