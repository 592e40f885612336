namespace Firstlight.Cli.Views;

/// <summary>A running role as a list shows it.</summary>
/// <param name="Role">Its verb.</param>
/// <param name="Host">Name of its host.</param>
/// <param name="Pid">Process id.</param>
/// <param name="Since">When it began to serve, such as <c>2026-11-21T03:15:00Z</c>.</param>
/// <param name="State"><c>ready</c>, <c>not ready</c>, <c>not answering</c>, or <c>unknown</c> where it has no management address.</param>
/// <param name="Problem">What it lacks for being ready; null when nothing.</param>
/// <param name="Listening">Listeners that listen; null for a role without listeners, or when it does not answer.</param>
/// <param name="Wanted">Listeners it should have; null as before.</param>
/// <param name="Connections">Open connections of guests; null as before.</param>
/// <param name="Requests">Requests of guests on those listeners since it wants them; null as before.</param>
/// <param name="Version">Version and commit.</param>
/// <param name="Management">Its management address; null for none.</param>
internal sealed record AgentView(
    string Role, string Host, int Pid, string Since, string State, string? Problem,
    int? Listening, int? Wanted, long? Connections, long? Requests, string Version, string? Management);

/// <summary>A listener as it is shown: the fields of <c>/status</c>.</summary>
internal sealed record ListenerView(
    string? Scope, string? ScopeId, string? Address, int? Port, string? Namespace, string? State, string? Problem, long Connections, long Requests);

/// <summary>A running role with its listeners, and with its networks where it keeps any.</summary>
internal sealed record AgentDetailView(AgentView Agent, IReadOnlyList<ListenerView> Listeners, HostNetworksView? Networks);

/// <summary>What is read of a <c>/status</c> page.</summary>
internal sealed record StatusPage(IReadOnlyList<ListenerView>? Listeners, ProxySocketView? ProxySocket, HostNetworksView? Networks);

/// <summary>The socket of haproxies in it.</summary>
internal sealed record ProxySocketView(string? Path, bool Listening, long Requests)
{
    /// <summary>As one more listener, for whoever comes in by any haproxy.</summary>
    public ListenerView AsListener() => new("proxies", ScopeId: null, Path, Port: null, Namespace: null, Listening ? "Listening" : "Closed", Problem: null, Connections: 0, Requests);
}
