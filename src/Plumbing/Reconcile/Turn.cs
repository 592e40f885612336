using System.Collections.Frozen;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What the host had when a turn began, read once for all networks and routers.</summary>
internal sealed record Turn(LinkDump Host, FrozenDictionary<string, string> Namespaces)
{
    /// <summary>Reads it: one program.</summary>
    public static async Task<Turn> BeginAsync(IpTool ip, CancellationToken cancellationToken) =>
        new(await ip.DumpAsync(networkNamespace: null, cancellationToken), NamespaceList.Read());
}

/// <summary>A namespace as a turn found or made it.</summary>
/// <param name="Identity">Kernel identity, <c>net:[…]</c>.</param>
/// <param name="Links">What is inside.</param>
internal sealed record NamespaceState(string? Identity, LinkDump Links);
