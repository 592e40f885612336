using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>Our program as an operator runs it: <c>firstlight standalone</c> on a cloud file of one network and one server.</summary>
internal sealed class FirstlightPeer : Peer
{
    private readonly Daemon _daemon;
    private readonly string _directory;

    private FirstlightPeer(Daemon daemon, string directory)
    {
        _daemon = daemon;
        _directory = directory;
    }

    public override string Name => "firstlight";

    public override string Description => "Firstlight, one process, listening in the namespace";

    public override string Url => $"http://{GuestNetwork.MetadataAddress}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    // dnsmasq is ours too, although it is nobody's child.
    protected override string Owning => _directory;

    /// <summary>Applies the cloud, starts the program and waits until it says it is ready.</summary>
    public static async Task<FirstlightPeer> StartAsync(string root, string directory, GuestNetwork network, Undo undo, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(directory, "state"));
        var management = FreePort();
        var config = Path.Combine(directory, "firstlight.conf");
        var cloud = Path.Combine(directory, "cloud.yaml");
        await File.WriteAllTextAsync(config, Configuration(Path.Combine(directory, "state"), management, FreePort()), cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(cloud, Cloud(network), cancellationToken).ConfigureAwait(false);
        await Command.RunAsync([$"{root}/firstlight", "apply", "--config-file", config, cloud], cancellationToken).ConfigureAwait(false);

        var daemon = undo.Add(
            "firstlight standalone",
            Daemon.Start("firstlight", Path.Combine(directory, "firstlight.log"), "taskset", "-c", "0", $"{root}/firstlight", "standalone", "--config-file", config));
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await daemon.UntilAsync("/readyz answers 200", Ready, TimeSpan.FromSeconds(60), cancellationToken).ConfigureAwait(false);
        return new(daemon, directory);

        async Task<bool> Ready(CancellationToken token)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{management}/readyz"), token).ConfigureAwait(false);
                return response.StatusCode == HttpStatusCode.OK;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !token.IsCancellationRequested))
            {
                return false;
            }
        }
    }

    /// <summary>Waits until the guest is answered its own document, and returns it.</summary>
    public async Task<string> DocumentAsync(GuestNetwork network, CancellationToken cancellationToken)
    {
        var document = "";
        await _daemon.UntilAsync("the guest gets its meta_data.json", Answered, TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
        return document;

        async Task<bool> Answered(CancellationToken token)
        {
            (var status, document) = await network.GetAsync(Url, token).ConfigureAwait(false);
            return status == 200 && document.Contains(network.ServerId.ToString(), StringComparison.Ordinal);
        }
    }

    private static string Configuration(string state, int management, int api) => string.Create(CultureInfo.InvariantCulture, $"""
        [DEFAULT]
        state_path = {state}
        metadata_listen = 127.0.0.1
        metadata_listen_port = {api}
        [firstlight]
        management_listen = 127.0.0.1:{management}

        """);

    // A key and user data, so that there is an answer to all that a booting guest asks.
    private static string Cloud(GuestNetwork network) => $"""
        projects:
          - name: bench
        keypairs:
          - name: bench
            project: bench
            type: ssh
            public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJyb3duLWZveC1qdW1wcy1vdmVyLWxhenktZG9ncy0x bench"
        networks:
          - name: bench
            id: {network.NetworkId}
            project: bench
        subnets:
          - name: bench
            network: bench
            cidr: {network.Cidr}
        servers:
        {string.Concat(Enumerable.Range(0, network.Guests + 1).Select(n => Server(network, n)))}
        """;

    private static string Server(GuestNetwork network, int guest) => string.Create(CultureInfo.InvariantCulture, $"""
          - name: guest{(guest == 0 ? "" : $"-{guest}\n    keypair: bench\n    user_data: boot")}
            id: {network.IdOf(guest)}
            project: bench
            ports:
              - network: bench
                mac: {network.MacOf(guest)}
                fixed_ips:
                  - address: {network.AddressOf(guest)}

        """);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
