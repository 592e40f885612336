using Firstlight.Inventory;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Identify;

/// <summary>Who a request comes from, as far as the way it came in tells: by the socket and peer of a guest's connection, or by the headers of a proxy.</summary>
/// <param name="Query">What to ask the port directory; null for a peer that no port can have.</param>
/// <param name="ForwardedFor">The guest's address as the metadata API is told it.</param>
/// <param name="Scope">The network or router, for logs; default where a proxy named none.</param>
internal readonly record struct Caller(PortQuery? Query, string ForwardedFor, Scope Scope)
{
    /// <summary>Of the one request that this was made for.</summary>
    public RequestId RequestId { get; } = RequestId.Next();
}
