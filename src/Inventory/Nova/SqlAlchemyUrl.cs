namespace Firstlight.Inventory.Nova;

/// <summary>Which family of database a URL names.</summary>
public enum DatabaseKind
{
    /// <summary>MySQL or MariaDB.</summary>
    MySql,

    /// <summary>PostgreSQL.</summary>
    PostgreSql,
}

/// <summary>A database host.</summary>
/// <param name="Name">Name or address, an IPv6 address without brackets.</param>
/// <param name="Port">TCP port, null for the family's own.</param>
public sealed record DatabaseHost(string Name, int? Port)
{
    /// <summary>As in a URL: <c>db1:3306</c>, <c>[::1]:3306</c>.</summary>
    public override string ToString()
    {
        var name = Name.Contains(':') ? $"[{Name}]" : Name;
        return Port is { } port ? $"{name}:{port}" : name;
    }
}

/// <summary>A database URL in SQLAlchemy's form, as <c>[database] connection</c> of nova.conf has it. Never prints the password.</summary>
/// <remarks>
/// The form is that of SQLAlchemy's engine URLs: <c>dialect[+driver]://user:password@host:port/database?key=value</c>, user, password and query
/// percent-encoded. The Python driver named does not matter, its query options that concern the connection do. Several hosts are separated by commas.
/// </remarks>
public sealed class SqlAlchemyUrl
{
    private SqlAlchemyUrl(string text, DatabaseKind kind)
    {
        Text = text;
        Kind = kind;
    }

    /// <summary>Family of the database.</summary>
    public DatabaseKind Kind { get; }

    /// <summary>User, decoded; null for none.</summary>
    public string? Username { get; private init; }

    /// <summary>Password, decoded; null for none. Never to be printed.</summary>
    public string? Password { get; private init; }

    /// <summary>Hosts in order; empty for this host.</summary>
    public IReadOnlyList<DatabaseHost> Hosts { get; private init; } = [];

    /// <summary>Name of the database; empty for the user's default.</summary>
    public string Database { get; private init; } = "";

    /// <summary>Path of the UNIX socket (MySQL) or its directory (PostgreSQL); null for TCP.</summary>
    public string? UnixSocket { get; private init; }

    /// <summary>Whether and how TLS is demanded.</summary>
    public DatabaseTls Tls { get; private init; } = DatabaseTls.Off;

    /// <summary>Options behind the question mark, decoded, the first of equal names.</summary>
    public IReadOnlyDictionary<string, string> Query { get; private init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The URL as written, password included: templates are filled from it.</summary>
    internal string Text { get; }

    /// <summary>Reads a URL.</summary>
    /// <param name="text">The URL.</param>
    /// <param name="option">Where it stands, such as <c>[database] connection</c>; messages begin with it.</param>
    /// <exception cref="FormatException">It cannot be read, or names a database that is neither MySQL nor PostgreSQL; never shows the password.</exception>
    public static SqlAlchemyUrl Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0) throw new FormatException($"{option}: not a database URL such as mysql+pymysql://user:password@host/nova");

        var kind = Family(text[..scheme], option);
        var rest = text[(scheme + 3)..];
        var (username, password, start) = UserInfo(rest);
        rest = rest[start..];

        var end = rest.IndexOfAny(['/', '?']);
        var authority = end < 0 ? rest : rest[..end];
        rest = end < 0 ? "" : rest[end..];
        var question = rest.IndexOf('?');
        var database = question < 0 ? rest : rest[..question];
        var query = Options(question < 0 ? "" : rest[(question + 1)..]);
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in query) first.TryAdd(key, value);

        var hosts = HostsOf(authority, option);
        string? socket = null;
        if (kind == DatabaseKind.MySql)
        {
            socket = first.GetValueOrDefault("unix_socket");
        }
        else if (first.ContainsKey("host"))
        {
            // libpq's way for sockets, SQLAlchemy's for several hosts.
            var named = query.Where(pair => pair.Key == "host").SelectMany(pair => pair.Value.Split(',')).ToList();
            if (named[0].StartsWith('/')) socket = named[0];
            else hosts = [.. named.SelectMany(host => HostsOf(host, option))];
        }

        if (socket is null && hosts.Count == 1 && hosts[0].Name.StartsWith('/')) (socket, hosts) = (hosts[0].Name, []);
        if (hosts is [{ Port: null } only] && first.TryGetValue("port", out var port)) hosts = [only with { Port = PortOf(port, option) }];
        return new SqlAlchemyUrl(text, kind)
        {
            Username = username,
            Password = password,
            Hosts = hosts,
            Database = database.TrimStart('/'),
            UnixSocket = socket,
            Query = first,
            Tls = DatabaseTls.Of(kind, first, option),
        };
    }

    /// <summary>What messages call the database: <c>nova_cell2 on db1:3306</c>.</summary>
    public string Name => $"{(Database.Length > 0 ? Database : "database")} on {Place}";

    private string Place => UnixSocket ?? (Hosts.Count > 0 ? string.Join(',', Hosts) : "this host");

    /// <summary>The URL with its password masked and without its options.</summary>
    public override string ToString()
    {
        var user = Username is null ? "" : Password is null ? $"{Uri.EscapeDataString(Username)}@" : $"{Uri.EscapeDataString(Username)}:***@";
        return $"{Text[..Text.IndexOf("://", StringComparison.Ordinal)]}://{user}{string.Join(',', Hosts)}/{Database}";
    }

    private static DatabaseKind Family(string scheme, string option) => scheme.Split('+')[0] switch
    {
        "mysql" or "mariadb" => DatabaseKind.MySql,
        "postgresql" or "postgres" => DatabaseKind.PostgreSql,
        var other => throw new FormatException(
            $"{option}: '{other}' databases cannot be read, only mysql:// (or mysql+pymysql:// and the like) and postgresql://"),
    };

    // A password may hold anything but '@': SQLAlchemy looks for that alone, and operators rely on it.
    private static (string? Username, string? Password, int Length) UserInfo(string rest)
    {
        var stop = rest.IndexOfAny([':', '/']);
        if (stop >= 0 && rest[stop] == ':')
        {
            var at = rest.IndexOf('@', stop);
            if (at >= 0) return (Uri.UnescapeDataString(rest[..stop]), Uri.UnescapeDataString(rest[(stop + 1)..at]), at + 1);
        }

        var end = rest.AsSpan(0, stop < 0 ? rest.Length : stop).LastIndexOf('@');
        return end < 0 ? (null, null, 0) : (Uri.UnescapeDataString(rest[..end]), null, end + 1);
    }

    private static IReadOnlyList<DatabaseHost> HostsOf(string authority, string option) =>
        [.. authority.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(host => HostOf(host, option))];

    private static DatabaseHost HostOf(string text, string option)
    {
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']');
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                throw new FormatException($"{option}: host '{text}' lacks its closing bracket");
            return new DatabaseHost(text[1..close], close + 1 < text.Length ? PortOf(text[(close + 2)..], option) : null);
        }

        var colon = text.IndexOf(':');
        if (colon >= 0 && text.IndexOf(':', colon + 1) >= 0) throw new FormatException($"{option}: an IPv6 address stands in brackets: [{text}]");
        return colon < 0
            ? new DatabaseHost(Uri.UnescapeDataString(text), null)
            : new DatabaseHost(Uri.UnescapeDataString(text[..colon]), PortOf(text[(colon + 1)..], option));
    }

    private static int? PortOf(string text, string option)
    {
        if (text.Length == 0) return null;
        return int.TryParse(text, out var port) && port is > 0 and <= 65535 ? port : throw new FormatException($"{option}: '{text}' is not a TCP port");
    }

    private static List<KeyValuePair<string, string>> Options(string text)
    {
        var options = new List<KeyValuePair<string, string>>();
        foreach (var option in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = option.IndexOf('=');
            if (equals > 0 && equals + 1 < option.Length) options.Add(new(Decoded(option[..equals]), Decoded(option[(equals + 1)..])));
        }

        return options;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
