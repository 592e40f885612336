using Firstlight.Agent.Listeners;
using Firstlight.Inventory;

namespace Firstlight.Agent.Discover;

/// <summary>What discovery sees now, for people and for health checks.</summary>
/// <param name="Namespaces">Every namespace that is served, or would be if a stand-in registered.</param>
/// <param name="StandIns">Live stand-ins, also of namespaces that are not seen.</param>
/// <param name="LookedAt">When names were last compared; null before the first time.</param>
public sealed record DiscoveryStatus(IReadOnlyList<DiscoveredNamespace> Namespaces, int StandIns, DateTimeOffset? LookedAt);

/// <summary>Why a namespace is served.</summary>
public enum DiscoverySource
{
    /// <summary>It is not: no stand-in is registered for it, and one is asked for.</summary>
    None,

    /// <summary>By its name.</summary>
    Name,

    /// <summary>By the configuration of its stand-in.</summary>
    StandIn,
}

/// <summary>One namespace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Why it is served.</param>
/// <param name="Scope">Whose guests it has; null when nothing says so.</param>
/// <param name="Listeners">What is wanted in it; whether it listens is the agent's to say.</param>
public sealed record DiscoveredNamespace(string Name, DiscoverySource Source, Scope? Scope, IReadOnlyList<ListenerSpec> Listeners);
