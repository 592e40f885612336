using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>Prepared statements: what <c>mariadb_stmt.h</c> of MariaDB Connector/C 3 declares, under its own names.</summary>
internal static unsafe partial class MysqlStatement
{
    /// <summary>What <see cref="mysql_stmt_fetch"/> and <see cref="mysql_stmt_next_result"/> answer.</summary>
    public const int MYSQL_NO_DATA = 100;

    public const int MYSQL_DATA_TRUNCATED = 101;

    [LibraryImport(Mysql.Library)]
    public static partial nint mysql_stmt_init(MysqlHandle mysql);

    [LibraryImport(Mysql.Library)]
    public static partial byte mysql_stmt_close(nint statement);

    [LibraryImport(Mysql.Library)]
    public static partial int mysql_stmt_prepare(StatementHandle statement, byte* text, nuint length);

    [LibraryImport(Mysql.Library)]
    public static partial nuint mysql_stmt_param_count(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial byte mysql_stmt_bind_param(StatementHandle statement, MysqlBind* binds);

    [LibraryImport(Mysql.Library)]
    public static partial int mysql_stmt_execute(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial uint mysql_stmt_field_count(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial ulong mysql_stmt_affected_rows(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial nint mysql_stmt_result_metadata(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial byte mysql_stmt_bind_result(StatementHandle statement, MysqlBind* binds);

    [LibraryImport(Mysql.Library)]
    public static partial int mysql_stmt_fetch(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial int mysql_stmt_fetch_column(StatementHandle statement, MysqlBind* bind, uint column, nuint offset);

    [LibraryImport(Mysql.Library)]
    public static partial byte mysql_stmt_free_result(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial byte mysql_stmt_more_results(StatementHandle statement);

    /// <summary>0: there is another result, -1: there is none, otherwise an error.</summary>
    [LibraryImport(Mysql.Library)]
    public static partial int mysql_stmt_next_result(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial uint mysql_stmt_errno(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial nint mysql_stmt_error(StatementHandle statement);

    [LibraryImport(Mysql.Library)]
    public static partial nint mysql_stmt_sqlstate(StatementHandle statement);
}
