using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>nginx serving the same bytes from a file: no identity, no signature, no document built. A floor, not a competitor.</summary>
internal sealed class NginxPeer : Peer
{
    private const int Port = 8080;
    private readonly Daemon _daemon;

    private NginxPeer(Daemon daemon, string socket)
    {
        _daemon = daemon;
        Socket = socket;
    }

    public override string Name => "nginx";

    public override string Description => "nginx alone, the same bytes from a file";

    public override string Url => $"http://{GuestNetwork.MetadataAddress}:{Port}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    /// <summary>The UNIX socket it listens on as well, for the proxy in front of it.</summary>
    public string Socket { get; }

    public static async Task<NginxPeer> StartAsync(string directory, string document, GuestNetwork network, Undo undo, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, "www/openstack/latest/meta_data.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, document, cancellationToken).ConfigureAwait(false);
        var socket = Path.Combine(directory, "nginx.sock");
        var config = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(config, Configuration(directory, socket), cancellationToken).ConfigureAwait(false);

        var daemon = undo.Add(
            "nginx",
            Daemon.Start(
                "nginx", Path.Combine(directory, "nginx.out"),
                "ip", "netns", "exec", network.ServerNamespace, "taskset", "-c", "0", "nginx", "-e", $"{directory}/error.log", "-c", config));
        var peer = new NginxPeer(daemon, socket);
        await daemon.UntilAsync(
            "it serves the document",
            async token => await network.GetAsync(peer.Url, token).ConfigureAwait(false) is (200, var body) && body == document,
            TimeSpan.FromSeconds(15),
            cancellationToken).ConfigureAwait(false);
        return peer;
    }

    private static string Configuration(string directory, string socket) => $$"""
        user root;
        worker_processes 1;
        daemon off;
        pid {{directory}}/nginx.pid;
        error_log {{directory}}/error.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          default_type application/json;
          client_body_temp_path {{directory}}/body;
          proxy_temp_path {{directory}}/proxy;
          fastcgi_temp_path {{directory}}/fastcgi;
          uwsgi_temp_path {{directory}}/uwsgi;
          scgi_temp_path {{directory}}/scgi;
          server {
            listen {{GuestNetwork.MetadataAddress}}:{{Port}};
            listen unix:{{socket}};
            root {{directory}}/www;
          }
        }

        """;
}
