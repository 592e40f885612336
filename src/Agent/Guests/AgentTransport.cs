using System.Net;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Proxies;
using Microsoft.AspNetCore.Connections;

namespace Firstlight.Agent.Guests;

/// <summary>Gives Kestrel the listener of each of the agent's faces: the namespaces', and the proxies' where there is one.</summary>
internal sealed class AgentTransport(NamespaceListeners guests, ProxySocketListener? proxies) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>All it has.</summary>
    public IEnumerable<EndPoint> EndPoints => proxies is null ? [guests.EndPoint] : [guests.EndPoint, proxies.EndPoint];

    public bool CanBind(EndPoint endpoint) => endpoint is GuestEndPoint or ProxyEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new(endpoint is ProxyEndPoint ? proxies! : guests);
}
