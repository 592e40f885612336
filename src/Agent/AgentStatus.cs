using System.Net;
using Firstlight.Agent.Listeners;
using Firstlight.Inventory;

namespace Firstlight.Agent;

/// <summary>What the agent does now, for people and for health checks.</summary>
/// <param name="Listeners">Every wanted listener, whatever its state.</param>
/// <param name="Fetches">The last request of each instance seen since the start, newest first; at most 100,000.</param>
/// <param name="InfectedThreads">Threads stuck in a foreign network namespace; anything but 0 is a fault of this program.</param>
public sealed record AgentStatus(IReadOnlyList<ListenerStatus> Listeners, IReadOnlyList<InstanceFetch> Fetches, int InfectedThreads)
{
    /// <summary>The proxies' socket; null when the agent has none.</summary>
    public ProxySocketStatus? ProxySocket { get; init; }
}

/// <summary>The socket for Neutron's haproxies.</summary>
/// <param name="Path">Its file.</param>
/// <param name="IsListening">False before the start and after the stop.</param>
/// <param name="Requests">Requests since the start, refused ones too.</param>
public sealed record ProxySocketStatus(string Path, bool IsListening, long Requests);

/// <summary>One listener.</summary>
/// <param name="Scope">The network or router its guests belong to.</param>
/// <param name="Address">Address listened on.</param>
/// <param name="Port">TCP port, the real one also where port 0 was asked for.</param>
/// <param name="NamespacePath">File of its namespace; empty for the process's own.</param>
/// <param name="State">Listening or not.</param>
/// <param name="Problem">Why it does not listen, one line; null when it does.</param>
/// <param name="Connections">Open connections.</param>
/// <param name="Requests">Requests since the agent started to want it.</param>
public sealed record ListenerStatus(
    Scope Scope, IPAddress Address, int Port, string NamespacePath, ListenerState State, string? Problem, int Connections, long Requests);

/// <summary>The last request of an instance.</summary>
/// <param name="InstanceId">Who asked.</param>
/// <param name="At">When it was answered.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Status">HTTP status of the answer.</param>
public sealed record InstanceFetch(string InstanceId, DateTimeOffset At, string Target, int Status);
