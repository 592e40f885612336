using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>A metadata API on Nova's databases: ours, or the real one. Both read the same <c>nova.conf</c>, and a second file with the port.</summary>
internal sealed class MetadataServicePeer : Peer
{
    private readonly Daemon _daemon;

    private MetadataServicePeer(string name, string description, Daemon daemon, IPEndPoint endPoint)
    {
        (Name, Description) = (name, description);
        _daemon = daemon;
        EndPoint = endPoint;
    }

    public override string Name { get; }

    public override string Description { get; }

    public override string Url => $"http://{EndPoint}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    public IPEndPoint EndPoint { get; }

    public static Task<MetadataServicePeer> StartOursAsync(string root, string directory, NovaCloud cloud, Undo undo, CancellationToken cancellationToken) =>
        StartAsync("firstlight", "Firstlight, `metadata-api`", [$"{root}/firstlight", "metadata-api"], directory, cloud, undo, cancellationToken);

    public static Task<MetadataServicePeer> StartNovaAsync(string directory, NovaCloud cloud, Undo undo, CancellationToken cancellationToken) =>
        StartAsync("nova", "nova-api-metadata, one worker, cache in the process", ["nova-api"], directory, cloud, undo, cancellationToken);

    private static async Task<MetadataServicePeer> StartAsync(
        string name, string description, string[] program, string directory, NovaCloud cloud, Undo undo, CancellationToken cancellationToken)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, NovaCloud.FreePort());
        var own = Path.Combine(directory, $"{name}-own.conf");
        // The same documents are compared: versions newer than the real service's are left out. Nova does not read our section.
        await File.WriteAllTextAsync(own, string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            metadata_listen_port = {endPoint.Port}
            [firstlight]
            newest_version = 2020-10-14
            management_listen =

            """), cancellationToken).ConfigureAwait(false);
        var daemon = undo.Add(
            name,
            Daemon.Start(name, Path.Combine(directory, $"{name}.log"), ["taskset", "-c", "0", .. program, "--config-file", cloud.NovaConf, "--config-file", own]));
        var guest = cloud.Fresh(1)[0];
        await daemon.UntilAsync("it serves the document", _ => Task.FromResult(Serves(endPoint, guest)), TimeSpan.FromSeconds(90), cancellationToken).ConfigureAwait(false);
        return new(name, description, daemon, endPoint);
    }

    private static bool Serves(IPEndPoint endPoint, SignedGuest guest)
    {
        try
        {
            return NewConnections.Get(endPoint, guest, "/openstack/latest/meta_data.json") is (200, _);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
