namespace Firstlight.Agent;

/// <summary>Who may connect to the socket, in the words of <c>metadata_proxy_socket_mode</c>.</summary>
public enum ProxySocketMode
{
    /// <summary>As narrow as the proxies' user and group allow: 0644 for our own user, 0664 for our own group, else 0666.</summary>
    Deduce,

    /// <summary>0644: our own user, and root.</summary>
    User,

    /// <summary>0664: our own group.</summary>
    Group,

    /// <summary>0666: everybody.</summary>
    All,
}

/// <summary>The UNIX socket of <c>neutron-metadata-agent</c>. Names and defaults are Neutron's.</summary>
/// <param name="Path"><c>metadata_proxy_socket</c>: absolute.</param>
public sealed record ProxySocketOptions(string Path)
{
    /// <summary><c>metadata_proxy_socket_mode</c>.</summary>
    public ProxySocketMode Mode { get; init; }

    /// <summary><c>metadata_proxy_user</c>: name or number; empty for root.</summary>
    public string ProxyUser { get; init; } = "";

    /// <summary><c>metadata_proxy_group</c>: name or number; empty for our own.</summary>
    public string ProxyGroup { get; init; } = "";

    /// <summary><c>metadata_backlog</c>: connections waiting to be accepted. Default 4096; the kernel caps it at net.core.somaxconn.</summary>
    public int Backlog { get; init; } = 4096;

    /// <summary>Whether <c>X-Quantum-Network-ID</c> and <c>X-Quantum-Router-ID</c> of proxies older than Havana count as well. Default false.</summary>
    public bool AcceptQuantumNames { get; init; }
}
