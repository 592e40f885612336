using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A port directory that knows one port, whoever asks, and that costs nothing: for measurements.</summary>
internal sealed class OnePort : IPortDirectory
{
    private readonly FoundPort _port = new("port", new InstanceId("instance"), new ProjectId("project"), "home");

    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken) => new(new PortLookup(PortOutcome.Found, _port));

    public bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        port = _port;
        return true;
    }
}
