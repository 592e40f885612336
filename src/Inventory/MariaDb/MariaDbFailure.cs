namespace Firstlight.Inventory.MariaDb;

/// <summary>What kind of failure a <see cref="MariaDbException"/> is, for whoever has to decide what to do about it.</summary>
public enum MariaDbFailure
{
    /// <summary>The statement was at fault, or the server answered something with no meaning of its own here; the number says what.</summary>
    Other,

    /// <summary>No connection could be made: name, route, port or socket, a server that does not greet, or a broken TLS handshake.</summary>
    Unreachable,

    /// <summary>The connection broke; whether a statement that was under way took effect is not known.</summary>
    ConnectionLost,

    /// <summary>The caller's time limit passed first. The connection was cut and is not used again.</summary>
    Timeout,

    /// <summary>No connection of the pool became free in time.</summary>
    PoolExhausted,

    /// <summary>The account, its password or its right to the database or statement was refused.</summary>
    AccessDenied,

    /// <summary>There is no such database.</summary>
    UnknownDatabase,

    /// <summary>The server, the transaction or the account reads only.</summary>
    ReadOnly,

    /// <summary>The server takes no more connections or is short of something now.</summary>
    Overloaded,

    /// <summary>A deadlock or a lock that was waited for too long; the transaction can be tried again.</summary>
    Locked,

    /// <summary>The client library is not installed or not the right one.</summary>
    LibraryMissing,
}
