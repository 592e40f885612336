using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Firstlight.Agent.Listeners;

/// <summary>The one endpoint Kestrel is told of; behind it stand all the listening sockets.</summary>
internal sealed class GuestEndPoint : EndPoint
{
    public static GuestEndPoint Instance { get; } = new();

    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    public override string ToString() => "guest-namespaces";
}

/// <summary>Gives Kestrel <see cref="NamespaceListeners"/> for <see cref="GuestEndPoint"/> and leaves other endpoints to other transports.</summary>
internal sealed class NamespaceTransport(NamespaceListeners listeners) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is GuestEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(listeners);
}
