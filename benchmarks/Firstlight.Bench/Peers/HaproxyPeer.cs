using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>
/// haproxy with the settings Neutron gives it in each namespace, and nginx behind its UNIX socket: the proxying of today's path without the Python
/// behind it. Without its log, which would cost it something here and nothing of ours compares with it.
/// </summary>
internal sealed class HaproxyPeer : Peer
{
    /// <summary>Beside ours in the namespace.</summary>
    public const int Port = 8081;

    private readonly Daemon _daemon;
    private readonly NginxPeer _behind;

    private HaproxyPeer(Daemon daemon, NginxPeer behind)
    {
        _daemon = daemon;
        _behind = behind;
    }

    public override string Name => "haproxy";

    public override string Description => "haproxy (Neutron's settings) → UNIX socket → nginx";

    public override string Url => $"http://{GuestNetwork.MetadataAddress}:{Port}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid, .. _behind.Pids];

    public static async Task<HaproxyPeer> StartAsync(string directory, NginxPeer behind, GuestNetwork network, Undo undo, CancellationToken cancellationToken)
    {
        var daemon = undo.Add("haproxy", (await PrepareAsync(directory, behind.Socket, network, cancellationToken)).Start());
        var peer = new HaproxyPeer(daemon, behind);
        await daemon.UntilAsync("it serves the document", async token => await network.GetAsync(peer.Url, token) is (200, _), TimeSpan.FromSeconds(15), cancellationToken);
        return peer;
    }

    /// <summary>haproxy in a network's namespace, ready to be started.</summary>
    /// <param name="directory">Where its files are made.</param>
    /// <param name="behind">The UNIX socket it asks.</param>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Launch> PrepareAsync(string directory, string behind, GuestNetwork network, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var config = Path.Combine(directory, "haproxy.cfg");
        await File.WriteAllTextAsync(config, Configuration(behind, network.NetworkId), cancellationToken);
        return new("haproxy", Path.Combine(directory, "haproxy.out"), ["ip", "netns", "exec", network.ServerNamespace, "taskset", "-c", "0", "haproxy", "-db", "-f", config]);
    }

    private static string Configuration(string socket, Guid network) => $"""
        global
            maxconn 1024

        defaults
            mode http
            option dontlognull
            option http-server-close
            option forwardfor
            retries 3
            timeout http-request 30s
            timeout connect 30s
            timeout client 32s
            timeout server 32s
            timeout http-keep-alive 30s

        listen listener
            bind {GuestNetwork.MetadataAddress}:{Port}
            server metadata {socket}
            http-request del-header X-Neutron-Router-ID
            http-request set-header X-Neutron-Network-ID {network}

        """;
}
