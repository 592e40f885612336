using System.Net.Sockets;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>The daemons of the lab: what each is started with, and how one sees that it serves.</summary>
internal sealed class LabServices
{
    private readonly LabHost _host;

    public LabServices(LabHost host, NeutronApi neutron)
    {
        _host = host;
        var neutronConf = (string[])["--config-file", At("neutron.conf")];
        Databases = Service(
            "mariadb", ["/usr/sbin/mariadbd", .. DatabaseOptions, $"--port={Lab.MariaDbPort}", "--bind-address=127.0.0.1", "--skip-networking=0", "--skip-name-resolve",
                "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--skip-log-bin", "--performance-schema=OFF", "--max-connections=300",
                "--character-set-server=utf8mb4"],
            () => host.ListensAsync(Lab.MariaDbPort));
        Bus = Service("rabbitmq", ["/usr/lib/rabbitmq/bin/rabbitmq-server"], () => host.ListensAsync(Lab.RabbitPort));
        Server = Service("neutron-server", ["/usr/bin/neutron-server", .. neutronConf, "--config-file", At("ml2_conf.ini")], neutron.AnswersAsync);
        Nova = Service("nova-api", ["/usr/bin/nova-api", "--config-file", At("nova.conf")], () => host.ListensAsync(Lab.NovaPort));
        Switch = Service("neutron-linuxbridge-agent", ["/usr/bin/neutron-linuxbridge-agent", .. neutronConf, "--config-file", At("linuxbridge_agent.ini")], Started);
        Dhcp = Service("neutron-dhcp-agent", ["/usr/bin/neutron-dhcp-agent", .. neutronConf, "--config-file", At("dhcp_agent.ini")], Started);
        Router = Service("neutron-l3-agent", ["/usr/bin/neutron-l3-agent", .. neutronConf, "--config-file", At("l3_agent.ini")], Started);
        MetadataAgent = Service("neutron-metadata-agent", ["/usr/bin/neutron-metadata-agent", .. neutronConf, "--config-file", At("metadata_agent.ini")], ServesSocketAsync);
        MetadataAgentOfOurApi = Service(
            "neutron-metadata-agent-ours", ["/usr/bin/neutron-metadata-agent", .. neutronConf, "--config-file", At("metadata_agent_ours.ini")], ServesSocketAsync);
        OurApi = Ours("our-api", ["metadata-api", "--config-file", At("nova.conf"), "--config-file", At("firstlight_api.conf")], () => host.ListensAsync(Lab.OurApiPort));
        OurLenientApi = Ours("our-lenient-api", ["metadata-api", "--config-file", At("nova.conf"), "--config-file", At("firstlight_api_default.conf")], () => host.ListensAsync(Lab.OurApiPort));
        OurAgentOnSocket = OurAgentAs("our-agent-on-socket", ServesSocketAsync, "firstlight_socket.conf", "metadata_agent.ini");
        OurAgent = OurAgentAs("our-agent", ManagesAsync, "firstlight_namespaces.conf", "metadata_agent.ini");
        OurAgentOfOurApi = OurAgentAs("our-agent-of-our-api", ManagesAsync, "firstlight_namespaces.conf", "metadata_agent_ours.ini");
        OurAgentWithApi = OurAgentAs("our-agent-with-api", ManagesAsync, "nova.conf", "firstlight_namespaces.conf", "metadata_agent.ini", "firstlight_in_process.conf");
    }

    public LabService Databases { get; }

    public LabService Bus { get; }

    public LabService Server { get; }

    public LabService Nova { get; }

    /// <summary>The linuxbridge agent.</summary>
    public LabService Switch { get; }

    public LabService Dhcp { get; }

    /// <summary>The L3 agent.</summary>
    public LabService Router { get; }

    /// <summary>Neutron's, in front of Nova.</summary>
    public LabService MetadataAgent { get; }

    /// <summary>Neutron's, in front of our API.</summary>
    public LabService MetadataAgentOfOurApi { get; }

    /// <summary>Ours, strictly as Nova.</summary>
    public LabService OurApi { get; }

    /// <summary>Ours as it is by default, at the same port: it fails only those documents that it cannot make.</summary>
    public LabService OurLenientApi { get; }

    /// <summary>Ours behind haproxies, in front of Nova.</summary>
    public LabService OurAgentOnSocket { get; }

    /// <summary>Ours with its own listeners, in front of Nova.</summary>
    public LabService OurAgent { get; }

    /// <summary>Ours with its own listeners, in front of our API.</summary>
    public LabService OurAgentOfOurApi { get; }

    /// <summary>Ours with its own listeners, answering from Nova's databases itself.</summary>
    public LabService OurAgentWithApi { get; }

    /// <summary>Of these at most one runs.</summary>
    public IReadOnlyList<LabService> MetadataAgents => [MetadataAgent, MetadataAgentOfOurApi, OurAgentOnSocket, OurAgent, OurAgentOfOurApi, OurAgentWithApi];

    /// <summary>Of whichever metadata agent runs.</summary>
    public string MetadataSocket => At("neutron/metadata_proxy");

    public string[] DatabaseOptions => ["--no-defaults", "--user=root", $"--datadir={At("mariadb")}", $"--tmpdir={At("tmp")}", $"--socket={At("run/mariadb.sock")}"];

    /// <summary>What RabbitMQ reads from its environment: all of its files in the lab's directory.</summary>
    public (string Name, string Value)[] BusEnvironment =>
    [
        ("HOME", At("rabbitmq")), ("RABBITMQ_NODENAME", "lab@localhost"), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"), ("RABBITMQ_NODE_PORT", $"{Lab.RabbitPort}"),
        ("RABBITMQ_MNESIA_BASE", At("rabbitmq")), ("RABBITMQ_LOG_BASE", At("rabbitmq/log")), ("RABBITMQ_PID_FILE", At("rabbitmq/pid")),
        ("RABBITMQ_CONF_ENV_FILE", "/dev/null"), ("RABBITMQ_ENABLED_PLUGINS_FILE", At("rabbitmq/plugins")), ("RABBITMQ_CONFIG_FILE", At("rabbitmq/rabbitmq")),
        ("ERL_EPMD_ADDRESS", "127.0.0.1"), ("RUNNING_UNDER_SYSTEMD", "true"),
    ];

    public string At(string name) => Path.Combine(_host.Root, name);

    // Their work shows elsewhere: in namespaces, and in what guests are answered.
    private static Task<bool> Started() => Task.FromResult(true);

    private LabService Service(string name, string[] command, Func<Task<bool>> ready) => new(_host, name, command, ready);

    private LabService Ours(string name, string[] arguments, Func<Task<bool>> ready) =>
        Service(name, [Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/bin/dotnet", Path.Combine(AppContext.BaseDirectory, "firstlight.dll"), .. arguments], ready);

    private LabService OurAgentAs(string name, Func<Task<bool>> ready, params string[] files) =>
        Ours(name, ["metadata-agent", .. ((string[])["neutron.conf", "firstlight_agent.conf", .. files]).SelectMany(file => (string[])["--config-file", At(file)])], ready);

    private Task<bool> ManagesAsync() => _host.ListensAsync(Lab.OurManagementPort);

    private async Task<bool> ServesSocketAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(MetadataSocket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
