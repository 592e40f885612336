using System.Globalization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>nginx serving the same bytes from a file: no identity, no signature, no document built. A floor, not a competitor.</summary>
internal sealed class NginxPeer : Peer
{
    /// <summary>Beside ours in a network's namespace.</summary>
    public const int Port = 8080;

    private readonly Daemon _daemon;
    private readonly string _address;

    private NginxPeer(Daemon daemon, string address, string socket)
    {
        _daemon = daemon;
        _address = address;
        Socket = socket;
    }

    public override string Name => "nginx";

    public override string Description => "nginx alone, the same bytes from a file";

    public override string Url => $"http://{_address}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    /// <summary>The UNIX socket it listens on as well, for the proxy in front of it.</summary>
    public string Socket { get; }

    /// <summary>Beside ours in a network's namespace.</summary>
    public static Task<NginxPeer> StartAsync(string directory, string document, GuestNetwork network, Undo undo, CancellationToken cancellationToken) => StartAsync(
        directory, document, string.Create(CultureInfo.InvariantCulture, $"{GuestNetwork.MetadataAddress}:{Port}"), ["ip", "netns", "exec", network.ServerNamespace], network.GetAsync, undo, cancellationToken);

    /// <summary>On this machine's loopback.</summary>
    public static Task<NginxPeer> StartAsync(string directory, string document, Undo undo, CancellationToken cancellationToken) => StartAsync(
        directory, document, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{NovaCloud.FreePort()}"), [], Curl.GetAsync, undo, cancellationToken);

    /// <summary>nginx, ready to be started.</summary>
    /// <param name="directory">Where its files are made.</param>
    /// <param name="document">What it serves.</param>
    /// <param name="address">Address and port to listen on.</param>
    /// <param name="within">Command that goes before, such as <c>ip netns exec</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Launch> PrepareAsync(string directory, string document, string address, IReadOnlyList<string> within, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, "www/openstack/latest/meta_data.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, document, cancellationToken);
        var config = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(config, Configuration(directory, address, SocketIn(directory)), cancellationToken);
        return new("nginx", Path.Combine(directory, "nginx.out"), [.. within, "taskset", "-c", "0", "nginx", "-e", $"{directory}/error.log", "-c", config]);
    }

    private static async Task<NginxPeer> StartAsync(
        string directory, string document, string address, string[] within, Func<string, CancellationToken, Task<(int Status, string Body)>> get, Undo undo, CancellationToken cancellationToken)
    {
        var daemon = undo.Add("nginx", (await PrepareAsync(directory, document, address, within, cancellationToken)).Start());
        var peer = new NginxPeer(daemon, address, SocketIn(directory));
        await daemon.UntilAsync(
            "it serves the document", async token => await get(peer.Url, token) is (200, var body) && body == document, TimeSpan.FromSeconds(15), cancellationToken);
        return peer;
    }

    private static string SocketIn(string directory) => Path.Combine(directory, "nginx.sock");

    private static string Configuration(string directory, string address, string socket) => $$"""
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
            listen {{address}};
            listen unix:{{socket}};
            root {{directory}}/www;
          }
        }

        """;
}
