using System.Data.Common;
using System.Runtime.InteropServices;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb;

/// <summary>What went wrong with a MariaDB or MySQL server. The message is one line: what was attempted, the server's number and text; never a password.</summary>
public sealed class MariaDbException : DbException
{
    internal MariaDbException(MariaDbFailure failure, string message, int number = 0, string? sqlState = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        Number = number;
        SqlState = sqlState;
    }

    /// <summary>The kind of failure.</summary>
    public MariaDbFailure Failure { get; }

    /// <summary>The server's error number, such as 1045, or the library's, 2000 to 2999 and 5000 and up; 0 where neither had a part in it (time limits).</summary>
    public int Number { get; }

    /// <summary>The same as <see cref="Number"/>.</summary>
    public override int ErrorCode => Number;

    /// <summary>Five characters, such as <c>28000</c>; null where <see cref="Number"/> is 0.</summary>
    public override string? SqlState { get; }

    /// <summary>Whether the same may succeed later without anyone changing anything.</summary>
    public override bool IsTransient =>
        Failure is MariaDbFailure.Unreachable or MariaDbFailure.ConnectionLost or MariaDbFailure.Timeout or MariaDbFailure.PoolExhausted
            or MariaDbFailure.Overloaded or MariaDbFailure.Locked;

    /// <summary>Whether the connection it happened on is gone: it broke, or was cut because a time limit had passed.</summary>
    public bool ConnectionLost => Failure is MariaDbFailure.ConnectionLost or MariaDbFailure.Timeout;

    /// <summary>Whether an account, a password or a right was refused.</summary>
    public bool AccessDenied => Failure is MariaDbFailure.AccessDenied;

    /// <summary>Whether a write was refused because the server, the transaction or the account reads only.</summary>
    public bool ReadOnly => Failure is MariaDbFailure.ReadOnly;

    /// <summary>What the library says about its last call on a connection.</summary>
    internal static MariaDbException Of(MysqlHandle connection, string attempt) =>
        Of((int)Mysql.mysql_errno(connection), Text(Mysql.mysql_sqlstate(connection)), Text(Mysql.mysql_error(connection)), attempt);

    /// <summary>What the library says about its last call on a statement.</summary>
    internal static MariaDbException Of(StatementHandle statement, string attempt) =>
        Of(
            (int)MysqlStatement.mysql_stmt_errno(statement),
            Text(MysqlStatement.mysql_stmt_sqlstate(statement)),
            Text(MysqlStatement.mysql_stmt_error(statement)),
            attempt);

    private static MariaDbException Of(int number, string sqlState, string text, string attempt) =>
        new(ErrorNumbers.Classify(number, text), $"{attempt}: {OneLine(text)} (error {number}, SQLSTATE {sqlState})", number, sqlState);

    private static string Text(nint pointer) => Marshal.PtrToStringUTF8(pointer) ?? "";

    // Errors of syntax quote the statement, line ends and all.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
