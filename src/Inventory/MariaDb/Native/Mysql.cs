using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>Connections: what <c>mysql.h</c> of MariaDB Connector/C 3 declares, under its own names.</summary>
/// <remarks><c>unsigned long</c> is 64 bits on x86_64, hence <see cref="nuint"/>.</remarks>
internal static partial class Mysql
{
    public const string Library = "libmariadb.so.3";

    /// <summary>CLIENT_FOUND_ROWS: an UPDATE counts the rows it found, not those that changed, as SQLAlchemy asks for too.</summary>
    public const uint CLIENT_FOUND_ROWS = 2;

    public const uint MYSQL_PROTOCOL_TCP = 1;
    public const uint MYSQL_PROTOCOL_SOCKET = 2;

    public const uint SERVER_STATUS_IN_TRANS = 1;

    /// <summary>enum mariadb_value, MARIADB_CONNECTION_SERVER_STATUS.</summary>
    public const int MARIADB_CONNECTION_SERVER_STATUS = 30;

    [LibraryImport(Library)]
    public static partial int mysql_server_init(int argc, nint argv, nint groups);

    [LibraryImport(Library)]
    public static partial byte mysql_thread_init();

    [LibraryImport(Library)]
    public static partial void mysql_thread_end();

    [LibraryImport(Library)]
    public static partial nuint mysql_get_client_version();

    [LibraryImport(Library)]
    public static partial MysqlHandle mysql_init(nint mysql);

    [LibraryImport(Library)]
    public static partial void mysql_close(nint mysql);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mysql_options(MysqlHandle mysql, MysqlOption option, string argument);

    [LibraryImport(Library)]
    public static partial int mysql_options(MysqlHandle mysql, MysqlOption option, in uint argument);

    [LibraryImport(Library)]
    public static partial int mysql_options(MysqlHandle mysql, MysqlOption option, in byte argument);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mysql_options4(MysqlHandle mysql, MysqlOption option, string argument1, string argument2);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint mysql_real_connect(
        MysqlHandle mysql, string? host, string user, string? password, string? database, uint port, string? unixSocket, nuint flags);

    [LibraryImport(Library)]
    public static partial int mysql_get_socket(MysqlHandle mysql);

    [LibraryImport(Library)]
    public static partial byte mariadb_get_info(MysqlHandle mysql, int value, out uint argument);

    [LibraryImport(Library)]
    public static partial nint mysql_get_server_info(MysqlHandle mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_get_ssl_cipher(MysqlHandle mysql);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mysql_select_db(MysqlHandle mysql, string database);

    [LibraryImport(Library)]
    public static unsafe partial int mysql_real_query(MysqlHandle mysql, byte* text, nuint length);

    [LibraryImport(Library)]
    public static partial uint mysql_errno(MysqlHandle mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_error(MysqlHandle mysql);

    [LibraryImport(Library)]
    public static partial nint mysql_sqlstate(MysqlHandle mysql);

    [LibraryImport(Library)]
    public static unsafe partial MysqlField* mysql_fetch_fields(nint result);

    [LibraryImport(Library)]
    public static partial uint mysql_num_fields(nint result);

    [LibraryImport(Library)]
    public static partial void mysql_free_result(nint result);
}

/// <summary><c>enum mysql_option</c>: the ones used here.</summary>
internal enum MysqlOption
{
    ConnectTimeout = 0,
    CharsetName = 7,
    LocalInfile = 8,
    Protocol = 9,
    ReadTimeout = 11,
    WriteTimeout = 12,
    Reconnect = 20,
    SslVerifyServerCert = 21,
    SslKey = 25,
    SslCert = 26,
    SslCa = 27,
    ConnectAttrAdd = 33,
    SslEnforce = 38,
}
