using System.Net;
using Firstlight.Inventory;

namespace Firstlight.Agent.Identify;

/// <summary>The peer of a guest's connection, as far as the socket tells who that is. Immutable.</summary>
internal sealed class GuestPeer
{
    /// <param name="scope">Of the listener it connected to.</param>
    /// <param name="address">As the socket has it.</param>
    public GuestPeer(Scope scope, IPAddress address)
    {
        var plain = PeerAddress.Plain(address);
        Query = PeerAddress.Query(scope, plain);
        ForwardedFor = plain.ToString();
    }

    /// <summary>What to ask the port directory; null for a peer that no port can have.</summary>
    public PortQuery? Query { get; }

    /// <summary>The peer as the metadata API is told it.</summary>
    public string ForwardedFor { get; }
}
