using System.Diagnostics;
using System.Globalization;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Peers;

/// <summary>Our program as an operator runs it: <c>firstlight standalone</c> on an inventory of its own.</summary>
internal sealed class FirstlightPeer : Peer
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(5);
    private readonly BenchOptions _options;
    private readonly string _directory;
    private readonly int _management = NovaCloud.FreePort();
    private readonly int _api = NovaCloud.FreePort();
    private Daemon? _daemon;

    private FirstlightPeer(BenchOptions options, string directory)
    {
        _options = options;
        _directory = directory;
    }

    public override string Name => "firstlight";

    public override string Description => "Firstlight, one process, listening in the namespace";

    public override string Url => $"http://{GuestNetwork.MetadataAddress}/openstack/latest/meta_data.json";

    public override IEnumerable<int> Pids => [Running.Pid];

    // dnsmasq is ours too, although it is nobody's child.
    protected override string Owning => _directory;

    /// <summary>The program alone, without the daemons it started.</summary>
    public int Pid => Running.Pid;

    /// <summary>The program alone counts: looking for thousands of daemons takes longer than what is measured. Default no.</summary>
    public bool IsAlone { get; set; }

    public override CpuTime Cpu(Host host) => IsAlone ? ProcessCpu.OfOne(Pid, host.TicksPerSecond) : base.Cpu(host);

    public override long MemoryKiB() => IsAlone ? ProcessCpu.MemoryKiB([Pid]) : base.MemoryKiB();

    /// <summary>Where it answers signed requests.</summary>
    public IPEndPoint Api => new(IPAddress.Loopback, _api);

    /// <summary>How it is started.</summary>
    public Launch Launch => LaunchAs(["taskset", "-c", "0"]).With([.. _options.Slowed ? Runtime.Slowed : [], .. _options.CompilesSoon ? Runtime.CompilesSoon : []]);

    private Daemon Running => _daemon ?? throw new InvalidOperationException("firstlight does not run");

    private string Config => Path.Combine(_directory, "firstlight.conf");

    private string Program => Path.Combine(_options.Root, "firstlight");

    /// <summary>Applies the cloud, starts the program and waits until it says it is ready.</summary>
    public static async Task<FirstlightPeer> StartAsync(
        BenchOptions options, string directory, IReadOnlyList<GuestNetwork> networks, Undo undo, CancellationToken cancellationToken)
    {
        var peer = await MakeAsync(options, directory, undo, cancellationToken);
        await peer.ApplyAsync(BenchCloudFile.Render(networks), cancellationToken);
        await peer.StartAsync(cancellationToken);
        return peer;
    }

    /// <summary>An empty inventory and a configuration; nothing runs yet. At the end of the run everything the program made is taken away.</summary>
    public static async Task<FirstlightPeer> MakeAsync(BenchOptions options, string directory, Undo undo, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(directory, "state"));
        var peer = new FirstlightPeer(options, directory);
        await File.WriteAllTextAsync(peer.Config, Configuration(Path.Combine(directory, "state"), peer._management, peer._api), cancellationToken);
        undo.Add("networks of firstlight", () => Command.RunAsync([peer.Program, "standalone", "--down", "--config-file", peer.Config], CancellationToken.None));
        undo.Add("firstlight standalone", peer.StopAsync);
        return peer;
    }

    /// <summary>Adds cloud files to the inventory; a running program hears of each at once.</summary>
    public async Task ApplyAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_directory, "cloud.yaml");
        foreach (var text in files)
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
            await Command.RunAsync([Program, "apply", "--config-file", Config, file], cancellationToken);
        }
    }

    /// <summary>Starts the program on processor 0 and waits until it says that all networks are in order.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _daemon = Launch.Start();
        await UntilInOrderAsync(cancellationToken);
    }

    /// <summary>Starts the program on all processors, where the start itself is not what is measured, and tells now and then how far it is.</summary>
    public async Task MakeNetworksAsync(CancellationToken cancellationToken)
    {
        _daemon = LaunchAs([]).Start();
        await TellAsync(UntilInOrderAsync(cancellationToken));
    }

    /// <summary>Waits for a start and tells now and then how far it is, as the program logs it, since asking it would cost it something.</summary>
    public async Task TellAsync(Task ready)
    {
        var begun = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(ready, Task.Delay(Tell, CancellationToken.None)) != ready)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"      {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s: {Progress() ?? "nothing said yet"}"));
        await ready;
    }

    /// <summary>Ends the program; its networks stay, and the next start takes them over.</summary>
    public async Task StopAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _daemon = null;
    }

    /// <summary>Ends its dnsmasq, which run on after the program.</summary>
    public void EndDaemons()
    {
        foreach (var pid in ProcessCpu.Owned(_directory)) Command.Kill(pid);
    }

    /// <summary>Waits until the program tells whoever asks that all networks are in order.</summary>
    public async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await Running.UntilAsync("/readyz answers 200", Ready, ReadyWithin, cancellationToken);

        async Task<bool> Ready(CancellationToken token)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{_management}/readyz"), token);
                return response.StatusCode == HttpStatusCode.OK;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !token.IsCancellationRequested))
            {
                return false;
            }
        }
    }

    // By its log: a program that is asked again and again meanwhile spends some of its time on answers.
    private Task UntilInOrderAsync(CancellationToken cancellationToken) => Running.UntilSaidAsync("Host in order", ReadyWithin, cancellationToken);

    /// <summary>Ends the program and starts it again, with nothing in its memory.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>Waits until the guest is answered its own document, and returns it.</summary>
    public async Task<string> DocumentAsync(GuestNetwork network, CancellationToken cancellationToken)
    {
        var document = "";
        await Running.UntilAsync("the guest gets its meta_data.json", Answered, TimeSpan.FromSeconds(30), cancellationToken);
        return document;

        async Task<bool> Answered(CancellationToken token)
        {
            (var status, document) = await network.GetAsync(Url, token);
            return status == 200 && document.Contains(network.ServerId.ToString(), StringComparison.Ordinal);
        }
    }

    private Launch LaunchAs(string[] before) => new(Name, Path.Combine(_directory, "firstlight.log"), [.. before, Program, "standalone", "--config-file", Config]);

    private string? Progress() => File.Exists(Launch.Log) && File.ReadLines(Launch.Log).LastOrDefault(l => l.Contains(" looked at", StringComparison.Ordinal)) is { } line
        ? line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..]
        : null;

    private static string Configuration(string state, int management, int api) => string.Create(CultureInfo.InvariantCulture, $"""
        [DEFAULT]
        state_path = {state}
        metadata_listen = 127.0.0.1
        metadata_listen_port = {api}
        metadata_proxy_shared_secret = {SignedGuest.Secret}
        [firstlight]
        management_listen = 127.0.0.1:{management}

        """);
}
