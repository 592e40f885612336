using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Nova;

/// <summary>What Nova's metadata API had around it when it was recorded: its databases in a MariaDB, Neutron, and the services of vendor data.</summary>
public sealed class NovaCloud : IAsyncLifetime
{
    private const string RecordedDatabase = "127.0.0.1:13306";
    private MariaDbServer _databases = null!;
    private StubNeutron _neutron = null!;
    private HttpPeer _services = null!;
    private string _seed = null!;
    private int _equal;
    private int _compared;

    public static string Golden { get; } = Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>The database server, for tests that disturb it.</summary>
    internal MariaDbServer Databases => _databases;

    public async ValueTask InitializeAsync()
    {
        _databases = new MariaDbServer();
        _seed = Path.Combine(_databases.Root, "seed.sql");
        await File.WriteAllTextAsync(_seed, Placed(await File.ReadAllTextAsync(Path.Combine(Golden, "seed.sql"))));
        _databases.Execute("CREATE USER lab@'%' IDENTIFIED BY 'labpass'; CREATE USER lab@localhost IDENTIFIED BY 'labpass'");
        foreach (var database in (string[])["nova_api", "nova", "nova_cell0", "nova_cell2"])
            _databases.Execute($"GRANT ALL ON {database}.* TO lab@'%'; GRANT ALL ON {database}.* TO lab@localhost");
        _neutron = await StubNeutron.StartAsync(Path.Combine(Golden, "neutron-api.json"));
        _services = await VendorDataService.StartAsync();
    }

    /// <summary>Loads the recorded rows again, whatever was written meanwhile.</summary>
    public void Reload() => _databases.Load(_seed);

    /// <summary>The nova.conf of a profile as it was, with the places of this machine.</summary>
    public string Configuration(string profile, int port, string directory) => Placed(File.ReadAllText(Path.Combine(Golden, profile, "nova.conf.txt")))
        .Replace("metadata_listen_port = 8790", $"metadata_listen_port = {port}")
        .Replace("127.0.0.1:19696", $"127.0.0.1:{_neutron.Peer.Port}")
        .Replace("127.0.0.1:18090", $"127.0.0.1:{_services.Port}")
        .Replace("LAB_DIR/state/vendordata/static.json", Path.Combine(Golden, "vendor_data.static.json"))
        .Replace("LAB_DIR", directory);

    /// <summary>Counts what was compared, for the one line that is printed when all is over.</summary>
    public void Count(int equal, int compared)
    {
        Interlocked.Add(ref _equal, equal);
        Interlocked.Add(ref _compared, compared);
    }

    public async ValueTask DisposeAsync()
    {
        if (_compared > 0) await Console.Out.WriteLineAsync($"recorded answers of Nova: {_equal} of {_compared} equal");
        if (_services is not null) await _services.DisposeAsync();
        if (_neutron is not null) await _neutron.DisposeAsync();
        _databases?.Dispose();
    }

    private string Placed(string text) => text.Replace(RecordedDatabase, $"127.0.0.1:{_databases.Port}");
}
