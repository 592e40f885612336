using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Conformance.Tests.Neutron;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.Bench.OpenStack;

/// <summary>Sets up the ways from the guest to its documents beside the one Neutron's agents made, in the same namespace.</summary>
internal sealed class MetadataPaths(string root, BenchCloud cloud)
{
    public const string Real = "real";
    public const string RealCached = "real-cached";
    public const string Socket = "socket";
    public const string Namespace = "namespace";
    public const string Ours = "ours";

    // As Neutron's documentation suggests where lookups are cached.
    private const string CachedLookups = """
        [DEFAULT]
        metadata_proxy_socket = {DIR}/neutron/metadata_proxy_cached
        [cache]
        enabled = true
        backend = oslo_cache.dict
        expiration_time = 10

        """;

    private readonly LabServices _services = cloud.Services;
    private readonly List<LabService> _started = [];

    public static IReadOnlyList<string> Names { get; } = [Real, RealCached, Socket, Namespace, Ours];

    /// <summary>Makes a way and waits until the guest is served on it.</summary>
    public async Task<MetadataPath> StartAsync(string name)
    {
        var path = name switch
        {
            Real => await RealAsync(),
            RealCached => await RealCachedAsync(),
            Socket => await OnSocketAsync(),
            Namespace => await InNamespaceAsync(name, "Firstlight in the namespace → Neutron, Nova", 83, 9293, withNova: true),
            Ours => await InNamespaceAsync(name, "Firstlight in the namespace, in its process on Nova's database → Neutron", 84, 9294, withNova: false),
            _ => throw new BenchException($"no peer is called {name}"),
        };
        await UntilServedAsync(path);
        return path;
    }

    /// <summary>Ends what was started beside Neutron's own.</summary>
    public async Task StopOursAsync()
    {
        foreach (var service in _started) await service.StopAsync();
    }

    private async Task<MetadataPath> RealAsync()
    {
        // Neutron's DHCP agent starts it in its own time after the port was plugged.
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(cloud.HaproxyPidFile)), "Neutron's DHCP agent starts a haproxy for the network");
        return Way(Real, "haproxy → neutron-metadata-agent → Neutron, Nova", 80, _services.MetadataAgent, cloud.HaproxyPidFile, withNova: true);
    }

    private async Task<MetadataPath> RealCachedAsync()
    {
        await WriteAsync("bench_cached.ini", CachedLookups);
        var agent = await StartAsync(
            "bench-cached", "metadata_proxy_cached",
            ["/usr/bin/neutron-metadata-agent", "--config-file", _services.At("neutron.conf"), "--config-file", _services.At("metadata_agent.ini"), "--config-file", _services.At("bench_cached.ini")]);
        return Way(RealCached, "the same, the agent remembers ports for 10 s", 81, agent, await HaproxyAsync(81, "metadata_proxy_cached"), withNova: true);
    }

    private async Task<MetadataPath> OnSocketAsync()
    {
        await WriteAsync("bench_socket.conf", """
            [DEFAULT]
            metadata_proxy_socket = {DIR}/neutron/metadata_proxy_ours
            [firstlight]
            agent_listen = socket
            management_listen = 127.0.0.1:9292

            """);
        var agent = await OursAsync("bench-socket", "metadata_proxy_ours", []);
        return Way(Socket, "haproxy → Firstlight on the socket → Neutron, Nova", 82, agent, await HaproxyAsync(82, "metadata_proxy_ours"), withNova: true);
    }

    private async Task<MetadataPath> InNamespaceAsync(string name, string description, int port, int management, bool withNova)
    {
        var service = $"bench-{name}";
        await WriteAsync($"bench_{name}.conf", $$"""
            [firstlight]
            agent_listen = namespaces
            only_registered_namespaces = true
            stand_in_directory = {DIR}/{{service}}
            management_listen = 127.0.0.1:{{management.ToString(CultureInfo.InvariantCulture)}}
            metadata_api_in_process = {{(withNova ? "false" : "true")}}
            newest_version = 2020-10-14

            """);
        var agent = await OursAsync(service, null, withNova ? [] : ["--config-file", _services.At("nova.conf")]);
        // Listens where a haproxy of the same configuration would.
        var configuration = await ConfigurationAsync(port, "unused");
        await cloud.RunAsync(
            "ip", "netns", "exec", cloud.NetworkNamespace, "env", $"FIRSTLIGHT_STAND_IN_DIR={_services.At(service)}",
            "sh", Path.Combine(AppContext.BaseDirectory, "Neutron/stand-in/haproxy"), "-f", configuration);
        return Way(name, description, port, agent, null, withNova);
    }

    private Task<LabService> OursAsync(string service, string? socket, string[] more) => StartAsync(
        service, socket,
        ["/usr/bin/taskset", "-c", "0", $"{root}/firstlight", "metadata-agent", "--config-file", _services.At("neutron.conf"), .. more,
            "--config-file", _services.At("metadata_agent.ini"), "--config-file", _services.At("firstlight_agent.conf"), "--config-file", _services.At($"{service.Replace('-', '_')}.conf")]);

    private async Task<LabService> StartAsync(string service, string? socket, string[] command)
    {
        var started = new LabService(cloud.Host, service, command, () => Task.FromResult(socket is null || File.Exists(_services.At($"neutron/{socket}"))));
        _started.Add(started);
        await started.StartAsync([.. OurEnvironment, .. Runtime.CompilesSoon]);
        return started;
    }

    /// <summary>What our program needs to find its runtime.</summary>
    public static (string Name, string Value)[] OurEnvironment =>
        Environment.ProcessPath is { } program && Path.GetFileName(program) == "dotnet" ? [("DOTNET_ROOT", Path.GetDirectoryName(program)!)] : [];

    private MetadataPath Way(string name, string description, int port, LabService agent, string? haproxyPidFile, bool withNova)
    {
        var processes = cloud.Processes;
        var parts = new List<PathPart> { new(PartKind.Agent, [processes.Of(agent)]) };
        if (haproxyPidFile is not null) parts.Add(new(PartKind.Proxy, [processes.FromFile(haproxyPidFile)]));
        if (withNova) parts.Add(new(PartKind.Api, [processes.Of(_services.Nova)]));
        parts.Add(new(PartKind.Neutron, [processes.Of(_services.Server), processes.Of(_services.Bus)]));
        parts.Add(new(PartKind.Database, [processes.Of(_services.Databases)]));
        return new(name, description, port, parts);
    }

    // Neutron's own configuration, with another port and another agent.
    private async Task<string> ConfigurationAsync(int port, string socket)
    {
        var file = _services.At(string.Create(CultureInfo.InvariantCulture, $"bench_haproxy_{port}.conf"));
        var lines = (await File.ReadAllLinesAsync(cloud.HaproxyConfiguration)).Where(l => !l.Contains("bind fe80", StringComparison.Ordinal));
        var text = string.Join('\n', lines) + "\n";
        await File.WriteAllTextAsync(file, text
            .Replace("bind 169.254.169.254:80", $"bind 169.254.169.254:{port}", StringComparison.Ordinal)
            .Replace(cloud.HaproxyPidFile, file + ".pid", StringComparison.Ordinal)
            .Replace(_services.MetadataSocket, _services.At($"neutron/{socket}"), StringComparison.Ordinal));
        return file;
    }

    private async Task<string> HaproxyAsync(int port, string socket)
    {
        var file = await ConfigurationAsync(port, socket);
        await cloud.RunAsync("ip", "netns", "exec", cloud.NetworkNamespace, "haproxy", "-f", file);
        return file + ".pid";
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(_services.At(file), text.Replace("{DIR}", cloud.Host.Root, StringComparison.Ordinal));

    private async Task UntilServedAsync(MetadataPath path)
    {
        using var sockets = new NamespaceSockets();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var guest = BenchCloud.Guest(1);
        var last = "nothing answers";
        while (!deadline.IsCancellationRequested)
        {
            try
            {
                var (status, body) = await BootStorm.GetAsync(
                    sockets, cloud.GuestNamespaceFile, guest.Address, new IPEndPoint(IPAddress.Parse("169.254.169.254"), path.Port), "/openstack/latest/meta_data.json", deadline.Token);
                if (status == 200 && body.Contains(guest.Instance, StringComparison.Ordinal)) return;
                last = string.Create(CultureInfo.InvariantCulture, $"the last answer was {status}");
            }
            catch (SocketException e)
            {
                last = e.Message;
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(50);
        }

        throw new BenchException($"{path.Name} does not serve the guest: {last}");
    }
}
