namespace Firstlight.Agent;

/// <summary>Section <c>[metadata_rate_limiting]</c> of Neutron's agents: how many requests one guest may make.</summary>
/// <remarks>A guest is an address in a network or router. Requests beyond either limit get 429; they count too, as in haproxy.</remarks>
public sealed record RateLimitOptions
{
    /// <summary><c>base_query_rate_limit</c>: requests in <see cref="BaseWindow"/>. Default 10.</summary>
    public int BaseLimit { get; init; } = 10;

    /// <summary><c>base_window_duration</c>. Default 10 s.</summary>
    public TimeSpan BaseWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>burst_query_rate_limit</c>: requests in <see cref="BurstWindow"/>. Default 10.</summary>
    public int BurstLimit { get; init; } = 10;

    /// <summary><c>burst_window_duration</c>. Default 10 s.</summary>
    public TimeSpan BurstWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether guests that come over IPv4 are limited (4 in <c>ip_versions</c>). Default true.</summary>
    public bool LimitsIPv4 { get; init; } = true;

    /// <summary>Whether guests that come over IPv6 are limited (6 in <c>ip_versions</c>; both at once is our addition). Default false.</summary>
    public bool LimitsIPv6 { get; init; }
}
