using System.Globalization;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>A broker of a <see cref="TransportUrl"/>.</summary>
/// <param name="Name">Host name or address, IPv6 without brackets.</param>
/// <param name="Port">TCP port, 5672 unless given.</param>
/// <param name="UserName">User, <c>guest</c> unless given.</param>
/// <param name="Password">Password, <c>guest</c> unless given; never printed.</param>
public sealed record TransportHost(string Name, int Port, string UserName, string Password)
{
    /// <summary><c>host:port</c>, the form messages use.</summary>
    public string EndPoint => string.Create(CultureInfo.InvariantCulture, $"{(Name.Contains(':') ? $"[{Name}]" : Name)}:{Port}");

    /// <summary>The end point and the user, without the password.</summary>
    public override string ToString() => $"{Uri.EscapeDataString(UserName)}:***@{EndPoint}";
}

/// <summary>
/// Where a message bus is, written as oslo.messaging reads it: <c>rabbit://user:password@host:5672,user:password@host2/virtual_host?option=value</c>.
/// </summary>
/// <remarks>
/// Users and passwords belong to the host they stand before; a host without them is asked as <c>guest</c>, also when others have them.
/// <c>rabbit://</c> alone is a broker on this host.
/// </remarks>
public sealed class TransportUrl
{
    private const int DefaultPort = 5672;
    private const string Guest = "guest";
    private const string Advice = "characters such as / ? # , in a user or password must be percent-encoded";

    private TransportUrl(string driver, IReadOnlyList<TransportHost> hosts, string virtualHost, IReadOnlyDictionary<string, string> query)
    {
        Driver = driver;
        Hosts = hosts;
        VirtualHost = virtualHost;
        Query = query;
    }

    /// <summary>The URL that stands for an option left out: <c>rabbit://</c>.</summary>
    public static TransportUrl Default { get; } = Parse("rabbit://");

    /// <summary>What is before <c>://</c>, in lower case.</summary>
    public string Driver { get; }

    /// <summary>Whether the driver is RabbitMQ's (<c>rabbit</c>, or its other name <c>kombu</c>); no other bus can be spoken to.</summary>
    public bool IsRabbit => Driver is "rabbit" or "kombu";

    /// <summary>The brokers in the order written; at least one.</summary>
    public IReadOnlyList<TransportHost> Hosts { get; }

    /// <summary>The virtual host, decoded; <c>/</c> when empty or left out.</summary>
    public string VirtualHost { get; }

    /// <summary>Driver options behind the question mark, decoded; values of equal names are joined by a comma, empty ones left out.</summary>
    public IReadOnlyDictionary<string, string> Query { get; }

    /// <summary>Whether some hosts have a user or password and others have none, which is nearly always a mistake.</summary>
    public bool CredentialsAreMixed { get; private init; }

    /// <summary>Reads a URL.</summary>
    /// <exception cref="FormatException">It cannot be read. The message shows nothing of the URL, for a misread part may be a password.</exception>
    public static TransportUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0) throw new FormatException("transport_url: not a URL such as rabbit://user:password@host:5672/");

        var rest = text[(scheme + 3)..];
        var fragment = rest.IndexOf('#');
        if (fragment >= 0) rest = rest[..fragment];
        var question = rest.IndexOf('?');
        var query = question < 0 ? "" : rest[(question + 1)..];
        if (question >= 0) rest = rest[..question];
        var slash = rest.IndexOf('/');
        var virtualHost = slash < 0 ? "" : Uri.UnescapeDataString(rest[(slash + 1)..]);
        var authority = slash < 0 ? rest : rest[..slash];

        var hosts = new List<TransportHost>();
        var named = 0;
        foreach (var part in authority.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (host, credentials) = HostOf(part);
            hosts.Add(host);
            if (credentials) named++;
        }

        if (hosts.Count == 0) hosts.Add(new TransportHost("localhost", DefaultPort, Guest, Guest));
        return new TransportUrl(text[..scheme].ToLowerInvariant(), hosts, virtualHost.Length == 0 ? "/" : virtualHost, OptionsOf(query))
        {
            CredentialsAreMixed = named > 0 && named < hosts.Count,
        };
    }

    /// <summary>The URL with masked passwords and without its options.</summary>
    public override string ToString() => $"{Driver}://{string.Join(',', Hosts)}/{(VirtualHost == "/" ? "" : Uri.EscapeDataString(VirtualHost))}";

    private static (TransportHost Host, bool Credentials) HostOf(string text)
    {
        string? user = null, password = null;
        // The last one: SASL users may hold an '@'.
        var at = text.LastIndexOf('@');
        if (at >= 0)
        {
            var colon = text.IndexOf(':');
            if (colon >= 0 && colon < at) (user, password) = (text[..colon], text[(colon + 1)..at]);
            else user = text[..at];
        }

        var (name, port) = EndPointOf(text[(at + 1)..]);
        return (new TransportHost(name, port, OrGuest(user), OrGuest(password)), user is not null);
    }

    private static string OrGuest(string? text) => string.IsNullOrEmpty(text) ? Guest : Uri.UnescapeDataString(text);

    private static (string Name, int Port) EndPointOf(string text)
    {
        string name, port;
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']');
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
                throw new FormatException("transport_url: an IPv6 address lacks its closing bracket");
            (name, port) = (text[1..close], close + 2 < text.Length ? text[(close + 2)..] : "");
        }
        else
        {
            var colon = text.IndexOf(':');
            (name, port) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
            if (port.Contains(':')) throw new FormatException($"transport_url: an IPv6 address stands in brackets, and {Advice}");
        }

        return (name.Length == 0 ? "localhost" : name, PortOf(port));
    }

    private static int PortOf(string text)
    {
        if (text.Length == 0) return DefaultPort;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException($"transport_url: a port is not a number from 1 to 65535 ({Advice})");
    }

    private static Dictionary<string, string> OptionsOf(string text)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = option.IndexOf('=');
            if (equals <= 0 || equals + 1 == option.Length) continue;
            var (name, value) = (Decoded(option[..equals]), Decoded(option[(equals + 1)..]));
            options[name] = options.TryGetValue(name, out var before) ? $"{before},{value}" : value;
        }

        return options;
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
