namespace Firstlight.Plumbing.Reconcile;

/// <summary>The haproxy that takes metadata requests of a namespace to the agent's socket, as Neutron's own agents start it.</summary>
public sealed record WantedProxy
{
    /// <summary>The agent's UNIX socket (<c>metadata_proxy_socket</c>), absolute. It may appear later: haproxy answers 503 until then.</summary>
    public required string SocketPath { get; init; }

    /// <summary>User it runs as, name or number; default <c>root</c>. It must be able to connect to the socket.</summary>
    public string User { get; init; } = "root";

    /// <summary>Group it runs as, name or number; default <c>root</c>.</summary>
    public string Group { get; init; } = "root";

    /// <summary>Whether it logs at level debug; default false.</summary>
    public bool Debug { get; init; }

    /// <summary>Neutron release whose configuration it gets, 21 (Zed) to 29 (2026.2); default 29. From 27 on it has two threads.</summary>
    public int NeutronRelease { get; init; } = 29;

    /// <summary>How long it waits for what.</summary>
    public ProxyTimeouts Timeouts { get; init; } = new();

    /// <summary>How many requests an address may make; null for any number.</summary>
    public ProxyRateLimit? RateLimit { get; init; }
}

/// <summary>Section <c>[metadata_haproxy]</c> of Neutron's agents; whole seconds, at least one.</summary>
public sealed record ProxyTimeouts
{
    /// <summary><c>timeout_http_request</c>: the whole header must have come; default 30 s.</summary>
    public TimeSpan HttpRequest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>timeout_connect</c>: the socket must have accepted; default 30 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>timeout_client</c>: the guest may be silent that long; default 32 s.</summary>
    public TimeSpan Client { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary><c>timeout_server</c>: the agent may be silent that long; default 32 s.</summary>
    public TimeSpan Server { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary><c>timeout_http_keep_alive</c>: between two requests; default 30 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Section <c>[metadata_rate_limiting]</c> as haproxy does it: requests beyond either limit get 429, and count too.</summary>
/// <param name="BaseLimit">Requests in <paramref name="BaseWindow"/>.</param>
/// <param name="BaseWindow">Whole seconds.</param>
/// <param name="BurstLimit">Requests in <paramref name="BurstWindow"/>.</param>
/// <param name="BurstWindow">Whole seconds.</param>
/// <param name="IPv6">Whether IPv6 addresses are counted. haproxy then counts IPv4 ones as well; without it IPv6 guests are not limited.</param>
public sealed record ProxyRateLimit(int BaseLimit, TimeSpan BaseWindow, int BurstLimit, TimeSpan BurstWindow, bool IPv6);
