using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Scenarios;
using Firstlight.Conformance.Tests.Neutron;

namespace Firstlight.Bench.OpenStack;

/// <summary>The lab with a network of the benchmark's own: many instances with a port each, and one namespace that has all their addresses.</summary>
internal sealed class BenchCloud : IAsyncDisposable
{
    private const string FirstSubnet = "10.80.0.0/22";
    private readonly NeutronLab _lab = new();
    private readonly int _guests;
    private LabGuest _guest = null!;

    private BenchCloud(int guests) => _guests = guests;

    public LabHost Host => _lab.Host;

    public LabServices Services => _lab.Services;

    public LabProcesses Processes => new(_lab.Host);

    public string Network { get; private set; } = "";

    /// <summary>Name of the namespace the DHCP agent made for the network.</summary>
    public string NetworkNamespace => $"qdhcp-{Network}";

    /// <summary>Name of the guests' namespace.</summary>
    public string GuestNamespace => _guest.Namespace;

    /// <summary>File of the guests' namespace.</summary>
    public string GuestNamespaceFile => Path.Combine("/proc", File.ReadAllText(Path.Combine(Host.Root, "host.pid")).Trim(), "root/run/netns", GuestNamespace);

    /// <summary>The configuration Neutron's DHCP agent wrote for the network's haproxy.</summary>
    public string HaproxyConfiguration => Services.At($"neutron/ns-metadata-proxy/{Network}.conf");

    /// <summary>Process id file of that haproxy.</summary>
    public string HaproxyPidFile => Services.At($"neutron/external/pids/{Network}.pid.haproxy");

    /// <summary>A guest; the first is number 1.</summary>
    public static BootingGuest Guest(int number) => new(IPAddress.Parse(Address(number)), InstanceCopies.Id(number));

    /// <summary>Starts the lab, with all parts real.</summary>
    /// <param name="guests">Instances and ports, 1 to 250.</param>
    /// <param name="undo">Takes it down.</param>
    public static async Task<BenchCloud> StartAsync(int guests, Undo undo)
    {
        var cloud = undo.Add("lab", new BenchCloud(guests));
        await cloud._lab.InitializeAsync();
        await InstanceCopies.MakeAsync(cloud._lab.SqlAsync, guests);
        await cloud.PlugAsync();
        return cloud;
    }

    /// <summary>Runs a program on the lab's host that must succeed.</summary>
    public Task<string> RunAsync(params string[] command) => Host.RunAsync(command);

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private static string Address(int number) => string.Create(CultureInfo.InvariantCulture, $"10.80.1.{number}");

    private async Task PlugAsync()
    {
        Network = Id(await _lab.Neutron.CreateAsync("network", new JsonObject { ["name"] = "bench", ["project_id"] = InstanceCopies.Project }));
        var subnet = Id(await _lab.Neutron.CreateAsync("subnet", new JsonObject { ["network_id"] = Network, ["project_id"] = InstanceCopies.Project, ["ip_version"] = 4, ["cidr"] = FirstSubnet }));
        var port = await _lab.Neutron.CreateAsync("port", new JsonObject
        {
            ["network_id"] = Network, ["project_id"] = InstanceCopies.Project, ["device_id"] = InstanceCopies.Id(1), ["device_owner"] = "compute:nova",
            ["binding:host_id"] = "lab-node", ["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = subnet, ["ip_address"] = Address(1) }),
            // The guests share a device.
            ["allowed_address_pairs"] = new JsonArray(new JsonObject { ["ip_address"] = FirstSubnet }),
        });
        _guest = await GuestAttachment.AttachAsync(_lab, "bench", port, viaRouter: false);
        if (_guests > 1) await CopyPortAsync(Id(port));
        var addresses = Enumerable.Range(2, _guests - 1).Select(n => $"ip -n {GuestNamespace} address add {Address(n)}/22 dev eth0");
        await RunAsync("sh", "-ec", string.Join('\n', addresses));
        // A new connection for every request needs more ports than the default range has.
        await RunAsync("ip", "netns", "exec", GuestNamespace, "sh", "-c", "echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range; echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse");
    }

    // As rows: Neutron's agents need not hear of ports that have no device.
    private async Task CopyPortAsync(string port)
    {
        var numbers = string.Create(CultureInfo.InvariantCulture, $"seq_2_to_{_guests}");
        const string Copy = "CONCAT('00000000-0000-4000-9000-', LPAD(seq, 12, '0'))";
        var statements = new List<string>
        {
            $"INSERT INTO standardattributes (id, resource_type, created_at, updated_at, description, revision_number) SELECT 1000000 + seq, 'ports', NOW(), NOW(), '', 1 FROM {numbers}",
            "INSERT INTO ports (project_id, id, name, network_id, mac_address, admin_state_up, status, device_id, device_owner, standard_attr_id, ip_allocation) " +
            $"SELECT project_id, {Copy}, '', network_id, LOWER(CONCAT('fa:16:3f:00:00:', LPAD(HEX(seq), 2, '0'))), admin_state_up, status, CONCAT('00000000-0000-4000-8000-', LPAD(seq, 12, '0')), " +
            $"device_owner, 1000000 + seq, ip_allocation FROM ports, {numbers} WHERE id = '{port}'",
            $"INSERT INTO ipallocations (port_id, ip_address, subnet_id, network_id) SELECT {Copy}, CONCAT('10.80.1.', seq), subnet_id, network_id FROM ipallocations, {numbers} WHERE port_id = '{port}'",
        };
        foreach (var (table, columns) in ((string, string)[])
            [
                ("ml2_port_bindings", "host, vif_type, vnic_type, profile, vif_details, status"), ("ml2_port_binding_levels", "host, level, driver, segment_id"),
                ("portsecuritybindings", "port_security_enabled"), ("securitygroupportbindings", "security_group_id"),
            ])
        {
            statements.Add($"INSERT INTO {table} (port_id, {columns}) SELECT {Copy}, {columns} FROM {table}, {numbers} WHERE port_id = '{port}'");
        }

        await _lab.SqlAsync(string.Join("; ", statements), "neutron");
    }

    private static string Id(JsonElement resource) => resource.GetProperty("id").GetString()!;
}
