using System.Globalization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>
/// Kestrel serving the same bytes from memory: no identity, no signature, no document built. What is built on it can cost no less; and since both spend their time alike, ours over it
/// is the same on machines whose kernel or processor makes ours over nginx another.
/// </summary>
internal sealed class KestrelPeer : Peer
{
    private readonly Daemon _daemon;
    private readonly string _address;

    private KestrelPeer(Daemon daemon, string address)
    {
        _daemon = daemon;
        _address = address;
    }

    public override string Name => "kestrel";

    public override string Description => "Kestrel alone, the same bytes from memory";

    public override string Url => $"http://{_address}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [_daemon.Pid];

    /// <summary>On this machine's loopback, on processor 0, with the settings of the runtime that our program is built with.</summary>
    public static async Task<KestrelPeer> StartAsync(string root, string directory, string document, Undo undo, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "meta_data.json");
        await File.WriteAllTextAsync(file, document, cancellationToken);
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{NovaCloud.FreePort()}");
        var launch = new Launch(
            "kestrel",
            Path.Combine(directory, "kestrel.log"),
            ["taskset", "-c", "0", "dotnet", "exec", "--runtimeconfig", Path.Combine(root, "artifacts/publish/firstlight/firstlight.runtimeconfig.json"), typeof(KestrelPeer).Assembly.Location, PlainKestrel.Verb, address, file]);
        var daemon = undo.Add(launch.Name, launch.With(Runtime.CompilesSoon).Start());
        var peer = new KestrelPeer(daemon, address);
        await daemon.UntilAsync(
            "it serves the document", async token => await Curl.GetAsync(peer.Url, token) is (200, var body) && body == document, TimeSpan.FromSeconds(15), cancellationToken);
        return peer;
    }
}
