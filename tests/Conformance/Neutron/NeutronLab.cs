using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>
/// The real way of a guest's request, all of it running: MariaDB, RabbitMQ, Neutron's server, linuxbridge, DHCP, L3 and metadata agents with their haproxies,
/// Nova's metadata API; with the networks, ports and instances of the recordings under their recorded ids. Started once for all tests that ask for it.
/// </summary>
/// <remarks><c>FIRSTLIGHT_KEEP_NEUTRON_LAB=DIR</c> keeps it running under DIR, and takes over the one that runs there.</remarks>
public sealed partial class NeutronLab : IAsyncLifetime
{
    private const string KeepVariable = "FIRSTLIGHT_KEEP_NEUTRON_LAB";
    private readonly Dictionary<string, LabGuest> _guests = [];
    private LabHost _host = null!;

    internal NeutronApi Neutron { get; private set; } = null!;

    internal LabServices Services { get; private set; } = null!;

    internal LabHost Host => _host;

    public async ValueTask InitializeAsync()
    {
        var kept = Environment.GetEnvironmentVariable(KeepVariable) is { Length: > 0 } directory ? Path.GetFullPath(directory) : null;
        if (kept is not null && LabHost.Find(kept) is { } running)
        {
            Take(running);
            return;
        }

        var begun = Stopwatch.GetTimestamp();
        var root = kept ?? Directory.CreateTempSubdirectory("firstlight-neutron-").FullName;
        try
        {
            foreach (var folder in (string[])["run", "log", "lock", "tmp", "neutron", "rabbitmq/log"]) Directory.CreateDirectory(Path.Combine(root, folder));
            Take(await LabHost.StartAsync(root, kept is not null));
            await StartAsync();
        }
        catch
        {
            if (kept is not null) _host?.Abandon();
            await DisposeAsync();
            throw;
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Neutron, Nova, RabbitMQ and MariaDB run after {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s"));
    }

    public async ValueTask DisposeAsync()
    {
        Neutron?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>Statements for the database server, as its administrator.</summary>
    internal Task<string> SqlAsync(string statements, string database = "") =>
        _host.RunAsync(["/usr/bin/mariadb", "--no-defaults", "-uroot", $"--socket={Services.At("run/mariadb.sock")}", "-BN", "-e", statements, .. database.Length == 0 ? [] : new[] { database }]);

    /// <summary>A guest of the recordings, attached to its port as Nova attaches a virtual machine.</summary>
    /// <param name="name">Such as <c>plain</c>; its first port is <c>plain-0</c>.</param>
    /// <param name="viaRouter">It leaves out the route to 169.254.169.254 that DHCP would tell, so that the router is asked.</param>
    internal async Task<LabGuest> GuestAsync(string name, bool viaRouter = false)
    {
        if (_guests.TryGetValue(name, out var known)) return known;
        var port = (await Neutron.ListAsync($"ports?name={name}-0")).Single();
        return _guests[name] = await GuestAttachment.AttachAsync(this, name, port, viaRouter);
    }

    private void Take(LabHost host)
    {
        _host = host;
        Neutron = new NeutronApi(host);
        Services = new LabServices(host, Neutron);
    }

    private async Task StartAsync()
    {
        foreach (var name in (string[])["neutron.conf", "ml2_conf.ini", "linuxbridge_agent.ini", "dhcp_agent.ini", "l3_agent.ini", "metadata_agent.ini", "nova.conf", "firstlight_api.conf", "firstlight_api_default.conf", "firstlight_agent.conf", "firstlight_socket.conf", "firstlight_namespaces.conf", "firstlight_in_process.conf"])
            await File.WriteAllTextAsync(Services.At(name), Lab.Configuration(name, _host.Root));
        await File.WriteAllTextAsync(Services.At("metadata_agent_ours.ini"), Lab.Configuration("metadata_agent.ini", _host.Root, Lab.OurApiPort));
        await File.WriteAllTextAsync(Services.At("policy.yaml"), "");
        await Task.WhenAll(LoadDatabasesAsync(), Services.Bus.StartAsync(Services.BusEnvironment));
        await Task.WhenAll(Services.Server.StartAsync(), Services.Nova.StartAsync());
        await Task.WhenAll(Services.Switch.StartAsync(), WireAsync(Wiring.AllReal));
    }

    private async Task LoadDatabasesAsync()
    {
        await _host.RunAsync(["/usr/bin/mariadb-install-db", .. Services.DatabaseOptions.Where(o => !o.StartsWith("--socket", StringComparison.Ordinal)), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]);
        await Services.Databases.StartAsync();
        await SqlAsync("CREATE DATABASE neutron DEFAULT CHARACTER SET utf8mb3; CREATE USER lab@'127.0.0.1' IDENTIFIED BY 'labpass'; GRANT ALL ON *.* TO lab@'127.0.0.1'");
        await Task.WhenAll(LoadNovaAsync(), LoadNeutronAsync());
    }

    private async Task LoadNovaAsync()
    {
        await SqlAsync($"source {Path.Combine(Lab.Golden, "seed.sql")}");
        foreach (var database in (string[])["nova", "nova_cell0", "nova_cell2"]) await SqlAsync($"source {Path.Combine(AppContext.BaseDirectory, "Live", "services.sql")}", database);
        await SqlAsync($"UPDATE nova_api.cell_mappings SET database_connection = REPLACE(database_connection, '127.0.0.1:13306', '127.0.0.1:{Lab.MariaDbPort}'), transport_url = 'fake:/'");
    }

    private async Task LoadNeutronAsync()
    {
        await _host.RunAsync("/usr/bin/neutron-db-manage", "--config-file", Services.At("neutron.conf"), "--config-file", Services.At("ml2_conf.ini"), "upgrade", "heads");
        await SqlAsync($"source {Path.Combine(Lab.Files, "neutron.sql")}", "neutron");
    }
}
