using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Inventory.MariaDb.Native;
using Firstlight.Inventory.MariaDb.Statements;

namespace Firstlight.Inventory.MariaDb.Connections;

/// <summary>One connection to the server. Every member blocks and belongs to the connection's own thread, except <see cref="Socket"/>.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly MysqlHandle _handle;
    private readonly StatementCache _statements;
    private readonly string _target;

    private ServerConnection(MysqlHandle handle, ConnectionSocket socket, MariaDbConnectionSettings settings)
    {
        _handle = handle;
        Socket = socket;
        _target = settings.Target;
        _statements = new StatementCache(settings.StatementCacheSize);
        ServerVersion = Marshal.PtrToStringUTF8(Mysql.mysql_get_server_info(handle)) ?? "";
    }

    /// <summary>For other threads: to look whether the server left, or to cut the connection under a call that hangs.</summary>
    public ConnectionSocket Socket { get; }

    /// <summary>As the server says it, such as <c>10.11.19-MariaDB</c>.</summary>
    public string ServerVersion { get; }

    /// <summary>Whether a transaction is open, as the server's last answer said.</summary>
    public bool InTransaction
    {
        get
        {
            _ = Mysql.mariadb_get_info(_handle, Mysql.MARIADB_CONNECTION_SERVER_STATUS, out var status);
            return (status & Mysql.SERVER_STATUS_IN_TRANS) != 0;
        }
    }

    /// <exception cref="MariaDbException">The server cannot be reached or refuses the account.</exception>
    public static ServerConnection Open(MariaDbConnectionSettings settings)
    {
        var handle = Mysql.mysql_init(0);
        try
        {
            if (handle.IsInvalid) throw new MariaDbException(MariaDbFailure.Unreachable, "mysql_init: out of memory");
            SetOptions(handle, settings);
            var isLocal = settings.UnixSocket is not null;
            var connected = Mysql.mysql_real_connect(
                handle, isLocal ? null : settings.Host, settings.User, settings.Password, settings.Database,
                isLocal ? 0 : (uint)settings.Port, settings.UnixSocket, Mysql.CLIENT_FOUND_ROWS);
            if (connected == 0) throw MariaDbException.Of(handle, $"connecting to {settings.Target} as {settings.User}");
            // Asked for TLS, the library still goes on in the clear with a server that offers none, unless it is to verify.
            if (settings.Tls is not null && Mysql.mysql_get_ssl_cipher(handle) == 0)
                throw new MariaDbException(
                    MariaDbFailure.Unreachable, $"connecting to {settings.Target} as {settings.User}: the server offers no TLS, and TLS is asked for");
            return new ServerConnection(handle, ConnectionSocket.Of(handle), settings);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Executes a statement, prepared now or before; it is left at its first result.</summary>
    public PreparedStatement Execute(SqlText text, ParameterValues values)
    {
        var statement = Prepare(text);
        try
        {
            statement.Execute(values);
            return statement;
        }
        catch
        {
            _statements.Remove(text);
            throw;
        }
    }

    /// <summary>Prepares a statement, unless it is.</summary>
    public PreparedStatement Prepare(SqlText text) => _statements.GetOrPrepare(text, t => new PreparedStatement(_handle, t, _target));

    /// <summary>Lets go of a statement in an unknown state.</summary>
    public void Forget(SqlText text) => _statements.Remove(text);

    /// <summary>Executes text that takes no parameters and gives no rows: what controls transactions.</summary>
    public unsafe void Run(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = utf8)
        {
            if (Mysql.mysql_real_query(_handle, start, (nuint)utf8.Length) != 0) throw MariaDbException.Of(_handle, $"{text} on {_target}");
        }
    }

    /// <summary>Makes another database the current one.</summary>
    public void Select(string database)
    {
        if (Mysql.mysql_select_db(_handle, database) != 0) throw MariaDbException.Of(_handle, $"selecting the database {database} on {_target}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statements.Dispose();
        _handle.Dispose();
        // After the library's own descriptor, so that its farewell still goes out.
        Socket.Dispose();
    }

    private static void SetOptions(MysqlHandle handle, MariaDbConnectionSettings settings)
    {
        Mysql.mysql_options(handle, MysqlOption.ConnectTimeout, Seconds(settings.ConnectTimeout));
        Mysql.mysql_options(handle, MysqlOption.ReadTimeout, Seconds(settings.ReadTimeout));
        Mysql.mysql_options(handle, MysqlOption.WriteTimeout, Seconds(settings.WriteTimeout));
        Mysql.mysql_options(handle, MysqlOption.CharsetName, "utf8mb4");
        Mysql.mysql_options(handle, MysqlOption.Reconnect, (byte)0);
        // A server that asks for a file of ours gets none.
        Mysql.mysql_options(handle, MysqlOption.LocalInfile, 0u);
        // Without it the library takes the host "localhost" for the default UNIX socket.
        Mysql.mysql_options(handle, MysqlOption.Protocol, settings.UnixSocket is null ? Mysql.MYSQL_PROTOCOL_TCP : Mysql.MYSQL_PROTOCOL_SOCKET);
        Mysql.mysql_options4(handle, MysqlOption.ConnectAttrAdd, "program_name", settings.ProgramName);
        if (settings.Tls is not { } tls) return;
        Mysql.mysql_options(handle, MysqlOption.SslEnforce, (byte)1);
        Mysql.mysql_options(handle, MysqlOption.SslVerifyServerCert, tls.Verify ? (byte)1 : (byte)0);
        if (tls.CaFile is not null) Mysql.mysql_options(handle, MysqlOption.SslCa, tls.CaFile);
        if (tls.CertificateFile is not null)
        {
            Mysql.mysql_options(handle, MysqlOption.SslCert, tls.CertificateFile);
            Mysql.mysql_options(handle, MysqlOption.SslKey, tls.KeyFile ?? tls.CertificateFile);
        }
    }

    private static uint Seconds(TimeSpan time) => (uint)Math.Max(1, Math.Ceiling(time.TotalSeconds));
}
