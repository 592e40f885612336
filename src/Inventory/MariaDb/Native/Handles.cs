using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>A <c>MYSQL*</c>. Closing says goodbye to the server without waiting for an answer.</summary>
internal sealed class MysqlHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Mysql.mysql_close(handle);
        return true;
    }
}

/// <summary>A <c>MYSQL_STMT*</c>. Holds its connection, whose memory it points into.</summary>
internal sealed class StatementHandle : SafeHandle
{
    private readonly MysqlHandle _connection;
    private readonly bool _holdsConnection;

    public StatementHandle(MysqlHandle connection)
        : base(0, ownsHandle: true)
    {
        _connection = connection;
        connection.DangerousAddRef(ref _holdsConnection);
        SetHandle(MysqlStatement.mysql_stmt_init(connection));
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        MysqlStatement.mysql_stmt_close(handle);
        if (_holdsConnection) _connection.DangerousRelease();
        return true;
    }
}
