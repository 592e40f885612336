using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;

namespace Firstlight.Bench.Scenarios;

/// <summary>Those a guest asks in one namespace: ours on port 80, the others beside it with the very bytes ours answered once.</summary>
internal static class PathPeers
{
    // About as long as the document of a small server, for runs that leave Firstlight out.
    private const int PlainDocumentLength = 1400;

    /// <summary>Starts ours, if it is asked for, and every other.</summary>
    public static async Task<(IReadOnlyDictionary<string, Peer> Peers, string Document)> StartAsync(
        BenchOptions options, string directory, GuestNetwork network, Undo undo, CancellationToken cancellationToken)
    {
        var document = new string('x', PlainDocumentLength);
        var peers = new Dictionary<string, Peer>(StringComparer.Ordinal);
        if (options.Peers.Contains("firstlight"))
        {
            var ours = await FirstlightPeer.StartAsync(options with { CompilesSoon = true }, Path.Combine(directory, "firstlight"), [network], undo, cancellationToken);
            await network.PlugGuestAsync(cancellationToken);
            document = await ours.DocumentAsync(network, cancellationToken);
            peers.Add(ours.Name, ours);
        }
        else
        {
            await network.MakeServerSideAsync(cancellationToken);
            await network.PlugGuestAsync(cancellationToken);
        }

        var nginx = await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, network, undo, cancellationToken);
        peers.Add(nginx.Name, nginx);
        var haproxy = await HaproxyPeer.StartAsync(Path.Combine(directory, "haproxy"), nginx, network, undo, cancellationToken);
        peers.Add(haproxy.Name, haproxy);
        return (peers, document);
    }
}
