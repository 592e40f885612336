using System.Text;

namespace Firstlight.Inventory.MariaDb;

/// <summary>How to reach one database, and how long to wait for it. The connection always speaks utf8mb4. <see cref="ToString"/> masks the password.</summary>
public sealed record MariaDbConnectionSettings
{
    /// <summary>Name or address of the server; default <c>127.0.0.1</c>. <c>localhost</c> means TCP here, as with Python's drivers, not the UNIX socket.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port, 1 to 65535; default 3306.</summary>
    public int Port { get; init; } = 3306;

    /// <summary>Path of the server's UNIX socket, at most 107 bytes; null (default) connects over TCP. Host and port are not used with it.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Account.</summary>
    public required string User { get; init; }

    /// <summary>Its password; empty (default) when it has none.</summary>
    public string Password { get; init; } = "";

    /// <summary>Database of every connection; null (default) selects none.</summary>
    public string? Database { get; init; }

    /// <summary>TLS; null (default) speaks in the clear.</summary>
    public MariaDbTls? Tls { get; init; }

    /// <summary>Bound on opening a connection, the wait for a place in the pool included; default 10 s. Full seconds, rounded up, for the thread that connects.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bound on the server's silence, whatever the statement's own limit says; full seconds, rounded up. Default 60 s. Keep it above
    /// <see cref="CommandTimeout"/>: that one releases the caller, this one the thread, should the socket refuse to be cut.
    /// </summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bound on sending without the server reading; full seconds, rounded up. Default 60 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What a command's <c>CommandTimeout</c> starts with; full seconds, rounded up; zero is none. Default 30 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most connections at a time, each with a thread of its own; 1 to 1000, default 10.</summary>
    public int MaxPoolSize { get; init; } = 10;

    /// <summary>How long an unused connection is kept; default 5 minutes, which is well under the server's <c>wait_timeout</c>.</summary>
    public TimeSpan IdleLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most prepared statements kept on each connection, least recently used goes; 1 to 10000, default 64.</summary>
    public int StatementCacheSize { get; init; } = 64;

    /// <summary>
    /// Whether a caller that awaits goes on, on the connection's thread, until it waits for something else; the pool's threads are then not woken for each
    /// answer. For callers that never block: the connection is nobody else's meanwhile. Default false.
    /// </summary>
    public bool ContinuesOnThread { get; init; }

    /// <summary>Name the server shows beside the connection (<c>performance_schema.session_connect_attrs</c>); default <c>firstlight</c>.</summary>
    public string ProgramName { get; init; } = "firstlight";

    /// <summary>Where it leads, for messages and metrics: <c>host:port/database</c> or <c>socket/database</c>; no account, no password.</summary>
    public string Target
    {
        get
        {
            var server = UnixSocket ?? (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}");
            return Database is null ? server : $"{server}/{Database}";
        }
    }

    /// <summary>Account, target and TLS, with the password masked.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(User);
        if (Password.Length > 0) text.Append(":***");
        text.Append('@').Append(Target);
        if (Tls is not null) text.Append(Tls.Verify ? " (TLS)" : " (TLS, not verified)");
        return text.ToString();
    }

    /// <summary>Ends with the first rule that is broken.</summary>
    /// <exception cref="ArgumentException">Names the property, what it is and what it may be.</exception>
    internal void Validate()
    {
        if (Port is < 1 or > 65535) throw Broken(nameof(Port), Port, "1 to 65535");
        // The library copies the path into sockaddr_un without looking at its length.
        if (UnixSocket is not null && (UnixSocket.Length == 0 || Encoding.UTF8.GetByteCount(UnixSocket) > 107))
            throw Broken(nameof(UnixSocket), UnixSocket, "a path of 1 to 107 bytes");
        if (MaxPoolSize is < 1 or > 1000) throw Broken(nameof(MaxPoolSize), MaxPoolSize, "1 to 1000");
        if (StatementCacheSize is < 1 or > 10_000) throw Broken(nameof(StatementCacheSize), StatementCacheSize, "1 to 10000");
        Bounded(nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(1));
        Bounded(nameof(ReadTimeout), ReadTimeout, TimeSpan.FromMilliseconds(1));
        Bounded(nameof(WriteTimeout), WriteTimeout, TimeSpan.FromMilliseconds(1));
        Bounded(nameof(CommandTimeout), CommandTimeout, TimeSpan.Zero);
        Bounded(nameof(IdleLifetime), IdleLifetime, TimeSpan.FromMilliseconds(1));
        // C strings end at a zero, so what follows one would be silently left out.
        foreach (var (name, text) in new[] { (nameof(Host), Host), (nameof(User), User), (nameof(Database), Database), (nameof(UnixSocket), UnixSocket) })
        {
            if (text?.Contains('\0', StringComparison.Ordinal) == true) throw Broken(name, text.Replace('\0', '?'), "text without a zero character");
        }
        if (Password.Contains('\0', StringComparison.Ordinal)) throw Broken(nameof(Password), "***", "text without a zero character");
    }

    private static void Bounded(string name, TimeSpan value, TimeSpan least)
    {
        if (value < least || value > TimeSpan.FromDays(1)) throw Broken(name, value, $"{least} to one day");
    }

    private static ArgumentException Broken(string name, object value, string may) => new($"{name} is {value}, but may be {may}");
}

/// <summary>TLS towards the server. Given at all, a server that offers none is refused.</summary>
/// <param name="CaFile">PEM file of the authorities to trust; null trusts the system's.</param>
/// <param name="CertificateFile">PEM file of our own certificate; null shows none.</param>
/// <param name="KeyFile">PEM file of its key; null with a certificate means both are in one file.</param>
/// <param name="Verify">Whether the server's certificate must be good and carry the server's name. The library checks both or neither.</param>
public sealed record MariaDbTls(string? CaFile = null, string? CertificateFile = null, string? KeyFile = null, bool Verify = true);
