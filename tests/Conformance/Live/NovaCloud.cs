using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>
/// What a metadata service of Nova needs around it: the recorded databases on two MariaDB servers (cell2 has one of its own), a Networking API over the
/// recorded resources, and the one <c>nova.conf</c> that the real service and ours both read.
/// </summary>
internal sealed class NovaCloud : IAsyncDisposable
{
    /// <summary>Signs instance ids.</summary>
    public const string Secret = "lab-shared-secret";

    private const string RecordedServer = "127.0.0.1:13306";
    private readonly StubNeutron _neutron;

    private NovaCloud(MariaDbServer main, MariaDbServer cell2, StubNeutron neutron)
    {
        Main = main;
        Cell2 = cell2;
        _neutron = neutron;
    }

    /// <summary>Holds the API database, cell0 and cell1.</summary>
    public MariaDbServer Main { get; }

    public MariaDbServer Cell2 { get; }

    /// <summary>Gone afterwards, with everything in it.</summary>
    public string Directory { get; } = global::System.IO.Directory.CreateTempSubdirectory("firstlight-live-").FullName;

    public string NovaConf => Path.Combine(Directory, "nova.conf");

    /// <summary>Where the service that only reads <see cref="NovaConf"/> listens.</summary>
    public IPEndPoint NovaEndPoint { get; } = FreeEndPoint();

    /// <param name="cacheSeconds"><c>metadata_cache_expiration</c>; 0 for no cache.</param>
    public static async Task<NovaCloud> StartAsync(int cacheSeconds = 15)
    {
        MariaDbServer? main = null, cell2 = null;
        NovaCloud? cloud = null;
        try
        {
            main = new MariaDbServer("--skip-name-resolve");
            cell2 = new MariaDbServer("--skip-name-resolve");
            cloud = new NovaCloud(main, cell2, await StubNeutron.StartAsync(Path.Combine(Golden, "neutron-api.json")));
            cloud.LoadDatabases();
            await cloud.WriteNovaConfAsync(cacheSeconds);
            return cloud;
        }
        catch
        {
            if (cloud is not null) await cloud.DisposeAsync();
            main?.Dispose();
            cell2?.Dispose();
            throw;
        }
    }

    /// <summary>Every instance anybody could ask for: of each cell, deleted ones, and ids that are mapped but have no row.</summary>
    public IReadOnlyList<SeededInstance> Instances()
    {
        var rows = Main.Execute("SELECT instance_uuid, project_id, '', 'no row' FROM nova_api.instance_mappings") +
            Rows(Main, "nova", "cell1") + Rows(Main, "nova_cell0", "cell0") + Rows(Cell2, "nova_cell2", "cell2");
        return
        [
            .. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .Select(f => new SeededInstance(f[0], f[1], f[2], f[3]))
                .GroupBy(i => i.Id, StringComparer.Ordinal)
                .Select(known => known.Last())
                .OrderBy(i => i.Cell, StringComparer.Ordinal).ThenBy(i => i.Id, StringComparer.Ordinal),
        ];

        static string Rows(MariaDbServer server, string database, string cell) =>
            server.Execute($"SELECT uuid, project_id, COALESCE(display_name, ''), '{cell}' FROM {database}.instances");
    }

    public async ValueTask DisposeAsync()
    {
        Main.Dispose();
        Cell2.Dispose();
        await _neutron.DisposeAsync();
        global::System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>A port on loopback that was free a moment ago.</summary>
    internal static IPEndPoint FreeEndPoint()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static string Golden => Path.Combine(AppContext.BaseDirectory, "Golden");

    private void LoadDatabases()
    {
        foreach (var server in new[] { Main, Cell2 })
        {
            server.Load(Path.Combine(Golden, "seed.sql"));
            server.Execute("CREATE USER nova@'127.0.0.1' IDENTIFIED BY 'p@ss/word'; GRANT ALL ON *.* TO nova@'127.0.0.1'");
        }

        var services = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Live", "services.sql"));
        Main.Execute(services, "nova");
        Main.Execute(services, "nova_cell0");
        Cell2.Execute(services, "nova_cell2");
        Main.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            UPDATE nova_api.cell_mappings SET transport_url = 'fake:/', database_connection = REPLACE(
              REPLACE(database_connection, 'lab:labpass', 'nova:p%40ss%2Fword'), '{RecordedServer}', CONCAT('127.0.0.1:', IF(name = 'cell2', {Cell2.Port}, {Main.Port})))
            """));
        // What is asked for on one server must not be found on the other.
        Main.Execute("DROP DATABASE nova_cell2");
        Cell2.Execute("DROP DATABASE nova_api; DROP DATABASE nova; DROP DATABASE nova_cell0");
    }

    // The message bus is Nova's in-memory one: a metadata request sends nothing over it.
    private Task WriteNovaConfAsync(int cacheSeconds) => File.WriteAllTextAsync(NovaConf, string.Create(CultureInfo.InvariantCulture, $"""
        [DEFAULT]
        host = lab-node
        my_ip = 127.0.0.1
        state_path = {Directory}
        enabled_apis = metadata
        metadata_listen = 127.0.0.1
        metadata_listen_port = {NovaEndPoint.Port}
        metadata_workers = 1
        transport_url = fake:/
        [api]
        metadata_cache_expiration = {cacheSeconds}
        dhcp_domain = novalocal
        vendordata_jsonfile_path = {Golden}/vendor_data.static.json
        [wsgi]
        api_paste_config = /etc/nova/api-paste.ini
        [api_database]
        connection = mysql+pymysql://nova:p%40ss%2Fword@127.0.0.1:{Main.Port}/nova_api?charset=utf8mb4
        [database]
        connection = mysql+pymysql://nova:p%40ss%2Fword@127.0.0.1:{Main.Port}/nova?charset=utf8mb4
        [cache]
        enabled = false
        [oslo_concurrency]
        lock_path = {Directory}
        [neutron]
        auth_type = none
        endpoint_override = {_neutron.Peer.Address()}
        service_metadata_proxy = true
        metadata_proxy_shared_secret = {Secret}

        """));
}
