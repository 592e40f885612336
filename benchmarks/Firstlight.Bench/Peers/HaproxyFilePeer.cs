using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>
/// One haproxy that listens in the namespaces of many networks and answers the same bytes from memory: no identity, no signature, no document built. What a request
/// costs it with more networks asking is what those networks cost the kernel.
/// </summary>
internal sealed class HaproxyFilePeer : Peer
{
    private readonly Daemon _daemon;

    private HaproxyFilePeer(Daemon daemon) => _daemon = daemon;

    public override string Name => "haproxy";

    public override string Description => "haproxy alone, listening in every network that asks, the same bytes from memory";

    public override string Url => $"http://{GuestNetwork.MetadataAddress}:{HaproxyPeer.Port}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    /// <summary>Starts it and waits until the first network is answered.</summary>
    /// <param name="directory">Where its files are made.</param>
    /// <param name="document">What it answers; less than its buffer of 16 KiB.</param>
    /// <param name="networks">Where it listens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<HaproxyFilePeer> StartAsync(string directory, string document, IReadOnlyList<GuestNetwork> networks, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var (file, config) = (Path.Combine(directory, "document"), Path.Combine(directory, "haproxy.cfg"));
        await File.WriteAllTextAsync(file, document, cancellationToken);
        await File.WriteAllTextAsync(config, Configuration(file, networks), cancellationToken);
        var daemon = new Launch("haproxy", Path.Combine(directory, "haproxy.out"), ["taskset", "-c", "0", "haproxy", "-db", "-f", config]).Start();
        try
        {
            var peer = new HaproxyFilePeer(daemon);
            await daemon.UntilAsync(
                "it serves the document", async token => await networks[0].GetAsync(peer.Url, token) is (200, var body) && body == document, TimeSpan.FromSeconds(15), cancellationToken);
            return peer;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    public ValueTask StopAsync() => _daemon.DisposeAsync();

    private static string Configuration(string document, IReadOnlyList<GuestNetwork> networks) => $"""
        global
            maxconn 1024
            nbthread 1

        defaults
            mode http
            timeout http-request 30s
            timeout client 32s
            timeout http-keep-alive 30s

        frontend guests
            {string.Join("\n    ", networks.Select(n => $"bind {GuestNetwork.MetadataAddress}:{HaproxyPeer.Port} namespace {n.ServerNamespace}"))}
            http-request return status 200 content-type application/json file {document}

        """;
}
