using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Tests.Support;

namespace Firstlight.Bench.Scenarios;

/// <summary>The recorded databases of Nova with many copies of one instance, and the <c>nova.conf</c> both services read.</summary>
internal sealed class NovaCloud
{
    private readonly MariaDbServer _database;
    private int _used;

    private NovaCloud(MariaDbServer database, string directory, int copies)
    {
        _database = database;
        NovaConf = Path.Combine(directory, "nova.conf");
        Copies = copies;
    }

    public string NovaConf { get; }

    public int DatabasePid => _database.ProcessId;

    private int Copies { get; }

    public static async Task<NovaCloud> StartAsync(string root, string directory, int copies, Undo undo, CancellationToken cancellationToken)
    {
        var database = new MariaDbServer("--skip-name-resolve", "--innodb-buffer-pool-size=256M");
        undo.Add("database server", () =>
        {
            database.Dispose();
            return Task.CompletedTask;
        });
        var cloud = new NovaCloud(database, directory, copies);
        await cloud.LoadAsync(Path.Combine(root, "tests/Conformance")).ConfigureAwait(false);
        await Command.RunAsync(["taskset", "-a", "-cp", "1", database.ProcessId.ToString(CultureInfo.InvariantCulture)], cancellationToken).ConfigureAwait(false);
        var neutron = FreePort();
        undo.Add("Networking API", new InstantNeutron(neutron));
        await File.WriteAllTextAsync(cloud.NovaConf, cloud.Configuration(root, directory, neutron), cancellationToken).ConfigureAwait(false);
        return cloud;
    }

    /// <summary>Instances nobody has asked for yet.</summary>
    public IReadOnlyList<SignedGuest> Fresh(int count)
    {
        if (_used + count > Copies) throw new BenchException("more instances are asked for than were made");
        var first = _used + 1;
        _used += count;
        return [.. Enumerable.Range(first, count).Select(n => new SignedGuest(InstanceCopies.Id(n), InstanceCopies.Project))];
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task LoadAsync(string conformance)
    {
        _database.Load(Path.Combine(conformance, "Golden/seed.sql"));
        _database.Execute("CREATE USER lab@'127.0.0.1' IDENTIFIED BY 'labpass'; GRANT ALL ON *.* TO lab@'127.0.0.1'");
        _database.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"UPDATE nova_api.cell_mappings SET transport_url = 'fake:/', database_connection = REPLACE(database_connection, '127.0.0.1:13306', '127.0.0.1:{_database.Port}')"));
        var services = await File.ReadAllTextAsync(Path.Combine(conformance, "Live/services.sql")).ConfigureAwait(false);
        foreach (var cell in (string[])["nova", "nova_cell0", "nova_cell2"]) _database.Execute(services, cell);
        await InstanceCopies.MakeAsync((statement, database) => Task.FromResult(_database.Execute(statement, database)), Copies).ConfigureAwait(false);
    }

    private string Configuration(string root, string directory, int neutron) => string.Create(CultureInfo.InvariantCulture, $"""
        [DEFAULT]
        host = bench
        my_ip = 127.0.0.1
        state_path = {directory}
        enabled_apis = metadata
        metadata_listen = 127.0.0.1
        metadata_listen_port = 8775
        metadata_workers = 1
        transport_url = fake:/
        [api]
        metadata_cache_expiration = 15
        dhcp_domain = novalocal
        vendordata_jsonfile_path = {root}/tests/Api/Golden/vendor_data.static.json
        [wsgi]
        api_paste_config = /etc/nova/api-paste.ini
        [api_database]
        connection = mysql+pymysql://lab:labpass@127.0.0.1:{_database.Port}/nova_api?charset=utf8mb4
        [database]
        connection = mysql+pymysql://lab:labpass@127.0.0.1:{_database.Port}/nova?charset=utf8mb4
        [cache]
        enabled = false
        [oslo_concurrency]
        lock_path = {directory}
        [neutron]
        auth_type = none
        endpoint_override = http://127.0.0.1:{neutron}
        service_metadata_proxy = true
        metadata_proxy_shared_secret = {SignedGuest.Secret}

        """);
}
