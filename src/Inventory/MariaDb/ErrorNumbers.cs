namespace Firstlight.Inventory.MariaDb;

/// <summary>Error numbers of <c>mysqld_error.h</c> and <c>errmsg.h</c>, by what they mean to a caller.</summary>
internal static class ErrorNumbers
{
    // Verbs that a refusal of a right begins with, in the server's default language: "INSERT command denied to user …".
    private static readonly string[] Writes = ["INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "INDEX", "TRIGGER"];

    public static MariaDbFailure Classify(int number, string message) => number switch
    {
        // CR_CONNECTION_ERROR, CR_CONN_HOST_ERROR, CR_IPSOCK_ERROR, CR_UNKNOWN_HOST, CR_SSL_CONNECTION_ERROR.
        2002 or 2003 or 2004 or 2005 or 2026 => MariaDbFailure.Unreachable,

        // Lost while greeting: "… at 'handshake: reading initial communication packet'".
        2013 when message.Contains("handshake", StringComparison.Ordinal) => MariaDbFailure.Unreachable,

        // CR_SERVER_GONE_ERROR, CR_SERVER_HANDSHAKE_ERR, CR_SERVER_LOST, CR_COMMANDS_OUT_OF_SYNC, CR_MALFORMED_PACKET, CR_SERVER_LOST_EXTENDED
        2006 or 2012 or 2013 or 2014 or 2027 or 2055 => MariaDbFailure.ConnectionLost,

        // CR_NEW_STMT_METADATA: a remembered statement has another number of columns since its table was altered. The library stops before the rows,
        // which stay on the wire, so the connection is of no more use; a new one prepares anew.
        2057 => MariaDbFailure.ConnectionLost,

        // ER_SERVER_SHUTDOWN, ER_NORMAL_SHUTDOWN, ER_FORCING_CLOSE, the ER_NET_… family, ER_NEW_ABORTING_CONNECTION, ER_CONNECTION_KILLED,
        // MySQL's ER_CLIENT_INTERACTION_TIMEOUT
        1053 or 1077 or 1080 or 1152 or (>= 1154 and <= 1161) or 1184 or 1927 or 4031 => MariaDbFailure.ConnectionLost,

        // ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ER_HOST_NOT_PRIVILEGED, ER_HOST_IS_BLOCKED,
        // ER_MUST_CHANGE_PASSWORD_LOGIN, ER_ACCOUNT_HAS_BEEN_LOCKED (MySQL's and MariaDB's), and plugins the account needs and the library lacks.
        1044 or 1045 or 1698 or 1130 or 1129 or 1862 or 3118 or 4151 or 2058 or 2059 or 2061 => MariaDbFailure.AccessDenied,

        // ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_PROCACCESS_DENIED_ERROR
        1142 or 1143 when Writes.Any(verb => message.StartsWith(verb, StringComparison.Ordinal)) => MariaDbFailure.ReadOnly,
        1142 or 1143 or 1227 or 1370 => MariaDbFailure.AccessDenied,

        1049 => MariaDbFailure.UnknownDatabase,

        // ER_OPTION_PREVENTS_STATEMENT has other options too; their names are not translated.
        1290 when message.Contains("read-only", StringComparison.OrdinalIgnoreCase) || message.Contains("read_only", StringComparison.OrdinalIgnoreCase) =>
            MariaDbFailure.ReadOnly,

        // ER_OPEN_AS_READONLY, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE, ER_INNODB_READ_ONLY
        1036 or 1792 or 1836 or 1874 => MariaDbFailure.ReadOnly,

        // ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED, ER_OUT_OF_RESOURCES, ER_CANT_CREATE_THREAD
        1040 or 1203 or 1226 or 1041 or 1135 => MariaDbFailure.Overloaded,

        // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
        1205 or 1213 => MariaDbFailure.Locked,

        _ => MariaDbFailure.Other,
    };
}
