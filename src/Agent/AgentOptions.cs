using System.Net;
using Firstlight.Agent.Listeners;
using Firstlight.Inventory;

namespace Firstlight.Agent;

/// <summary>How the agent listens, waits and gives up. The defaults are those of an agent on a real host.</summary>
public sealed record AgentOptions
{
    /// <summary>Directory watched for namespaces that come and go. Default <c>/run/netns</c>; namespaces elsewhere are found by <see cref="RescanInterval"/>.</summary>
    public string NamespaceDirectory { get; init; } = "/run/netns";

    /// <summary>How often every namespace is looked at again, beside the watch. Default 5 s.</summary>
    public TimeSpan RescanInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Addresses of this process's own namespace to listen on as well, each with the scope its guests belong to. For tests and measurements; default none.</summary>
    public IReadOnlyList<HomeListener> HomeListeners { get; init; } = [];

    /// <summary>What answers guests. Default the lean engine.</summary>
    public GuestEngine Engine { get; init; } = GuestEngine.Lean;

    /// <summary>Threads of the lean engine, which share the listeners among them. Default 0: one for each four processors, at most four.</summary>
    public int Loops { get; init; }

    /// <summary>Open connections a listener may have; further ones are closed at once. Default 1024.</summary>
    public int MaxConnectionsPerListener { get; init; } = 1024;

    /// <summary>Requests being answered at one time in all; further ones get 503. Default 4096.</summary>
    public int MaxRequestsInFlight { get; init; } = 4096;

    /// <summary>Time a guest has to send its whole header. Default 30 s; counted in whole seconds.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time a connection may be idle between requests. Default 30 s; counted in whole seconds.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old a good answer may be that is given while the directory or the upstream cannot be reached. Default 10 min; zero: never.</summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a request waits for the directory or the upstream to come back when there is no such answer. Default 3 s.</summary>
    public TimeSpan RecoveryWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Memory for such answers, in bytes. Default 64 MiB.</summary>
    public long StaleMemory { get; init; } = 64 * 1024 * 1024;

    /// <summary>Socket that Neutron's haproxies hand requests to; null for none. Default null.</summary>
    public ProxySocketOptions? ProxySocket { get; init; }

    /// <summary>How many requests a guest may make; null for any number. Default null.</summary>
    public RateLimitOptions? RateLimit { get; init; }

    /// <summary>
    /// The Neutron release whose metadata agent the statuses and error pages are those of: 21 (Zed) to 29 (2026.2). Default 29. Only what guests or proxies
    /// could notice depends on it: which refusal two identity headers get, and what becomes of a status of the upstream that the agent does not expect.
    /// </summary>
    public int NeutronRelease { get; init; } = 29;

    /// <summary>How long a stopping agent lets running requests finish. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What accepts the connections of guests and answers them.</summary>
public enum GuestEngine
{
    /// <summary>Kestrel, all of them.</summary>
    Kestrel,

    /// <summary>
    /// A loop of our own what can be answered from memory at once; whatever else, Kestrel. Where the upstream keeps no answers in memory (<see cref="Forward.IUpstream.KeepsAnswers"/>),
    /// Kestrel all of them.
    /// </summary>
    Lean,
}

/// <summary>A listener in the process's own namespace.</summary>
/// <param name="EndPoint">Address and port; port 0 takes a free one, see <see cref="AgentStatus.Listeners"/>.</param>
/// <param name="Scope">The network or router every guest of it belongs to.</param>
public sealed record HomeListener(IPEndPoint EndPoint, Scope Scope);
