using System.Net;
using System.Net.Sockets;

namespace Firstlight.Agent.Listeners;

/// <summary>The one endpoint Kestrel is told of; behind it stand all the listening sockets.</summary>
internal sealed class GuestEndPoint : EndPoint
{
    public static GuestEndPoint Instance { get; } = new();

    public override AddressFamily AddressFamily => AddressFamily.Unspecified;

    public override string ToString() => "guest-namespaces";
}
