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

    /// <summary>What ours is called in tables.</summary>
    public const string OursDescription = "Firstlight, `metadata-api`";

    /// <summary>What the real one is called in tables.</summary>
    public const string NovaDescription = "nova-api-metadata, one worker, cache in the process";

    /// <summary>Ours, for what it costs when it has run for a while.</summary>
    public static async Task<MetadataServicePeer> StartOursAsync(string root, string directory, NovaCloud cloud, Undo undo, CancellationToken cancellationToken)
    {
        var (launch, endPoint) = await OursAsync(root, directory, cloud, cancellationToken);
        return await StartAsync(launch.With(Runtime.CompilesSoon), OursDescription, endPoint, cloud, undo, cancellationToken);
    }

    public static async Task<MetadataServicePeer> StartNovaAsync(string directory, NovaCloud cloud, Undo undo, CancellationToken cancellationToken)
    {
        var (launch, endPoint) = await NovaAsync(directory, cloud, cancellationToken);
        return await StartAsync(launch, NovaDescription, endPoint, cloud, undo, cancellationToken);
    }

    /// <summary>Ours, ready to be started, and where it will listen.</summary>
    public static Task<(Launch Launch, IPEndPoint EndPoint)> OursAsync(string root, string directory, NovaCloud cloud, CancellationToken cancellationToken) =>
        PrepareAsync("firstlight", [$"{root}/firstlight", "metadata-api"], directory, cloud, cancellationToken);

    /// <summary>The real one, ready to be started, and where it will listen.</summary>
    public static Task<(Launch Launch, IPEndPoint EndPoint)> NovaAsync(string directory, NovaCloud cloud, CancellationToken cancellationToken) =>
        PrepareAsync("nova", ["nova-api"], directory, cloud, cancellationToken);

    /// <summary>Whether a service answers for a guest.</summary>
    public static bool Serves(IPEndPoint endPoint, SignedGuest guest)
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

    private static async Task<(Launch Launch, IPEndPoint EndPoint)> PrepareAsync(string name, string[] program, string directory, NovaCloud cloud, CancellationToken cancellationToken)
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

            """), cancellationToken);
        return (new(name, Path.Combine(directory, $"{name}.log"), ["taskset", "-c", "0", .. program, "--config-file", cloud.NovaConf, "--config-file", own]), endPoint);
    }

    private static async Task<MetadataServicePeer> StartAsync(Launch launch, string description, IPEndPoint endPoint, NovaCloud cloud, Undo undo, CancellationToken cancellationToken)
    {
        var daemon = undo.Add(launch.Name, launch.Start());
        var guest = cloud.Fresh(1)[0];
        await daemon.UntilAsync("it serves the document", _ => Task.FromResult(Serves(endPoint, guest)), TimeSpan.FromSeconds(90), cancellationToken);
        return new(launch.Name, description, daemon, endPoint);
    }
}
