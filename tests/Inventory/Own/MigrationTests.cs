using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Inventory.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>Stores of earlier releases, with what was in them.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_store_of_schema_1_keeps_all_it_had_and_can_be_given_a_way_outside()
    {
        MakeSchema1("""
            INSERT INTO projects VALUES ('0123456789abcdef0123456789abcdef', 'demo');
            INSERT INTO networks (id, project_id, name, mtu) VALUES ('11111111-0000-4000-8000-000000000001', '0123456789abcdef0123456789abcdef', 'blue', 1450);
            INSERT INTO subnets (id, network_id, name, cidr, gateway_ip, enable_dhcp)
            VALUES ('22222222-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000001', 'blue-v4', '10.0.0.0/24', '10.0.0.1', 1);
            INSERT INTO routers (id, project_id, name) VALUES ('33333333-0000-4000-8000-000000000001', '0123456789abcdef0123456789abcdef', 'edge');
            INSERT INTO ports (id, name, network_id, project_id, mac, device_id, device_owner, attach_index)
            VALUES ('44444444-0000-4000-8000-000000000001', '', '11111111-0000-4000-8000-000000000001', '0123456789abcdef0123456789abcdef', 'fa:16:3e:00:00:fe',
                    '33333333-0000-4000-8000-000000000001', 'network:router_interface', 0);
            INSERT INTO fixed_ips VALUES ('44444444-0000-4000-8000-000000000001', 0, '11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000001', '10.0.0.1');
            INSERT INTO servers (number, id, project_id, name, hostname, flavor_name, image, launch_index, reservation_id)
            VALUES (7, '55555555-0000-4000-8000-000000000001', '0123456789abcdef0123456789abcdef', 'web', 'web', 'm1.small', '', 0, 'r-55555555');
            INSERT INTO ports (id, name, network_id, project_id, mac, device_id, device_owner, attach_index)
            VALUES ('44444444-0000-4000-8000-000000000002', '', '11111111-0000-4000-8000-000000000001', '0123456789abcdef0123456789abcdef', 'fa:16:3e:00:00:01',
                    '55555555-0000-4000-8000-000000000001', 'compute:nova', 0);
            INSERT INTO fixed_ips VALUES ('44444444-0000-4000-8000-000000000002', 0, '11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000001', '10.0.0.5');
            UPDATE store SET revision = 3, ports_revision = 3;
            """);

        using var inventory = OwnInventory.Open(_directory.File);
        var cloud = inventory.Read();

        Assert.Equal(3, cloud.Revision);
        Assert.Equal((1450, false, null), (cloud.Network("blue").Mtu, cloud.Network("blue").External, cloud.Network("blue").Uplink));
        Assert.True(cloud.Router("edge").EnableSnat);
        Assert.Equal(("", 7L), (cloud.PortOf("web").DnsName, cloud.Server("web").Number));
        Assert.Empty(cloud.PortOf("web").ExtraDhcpOptions);
        var next = inventory.Change(c => Clouds.Apply(c, """
            networks: [{name: ext, project: demo, external: true, subnets: [{name: ext-v4, cidr: 203.0.113.0/24}]}]
            routers: [{name: edge, project: demo, gateway: {network: ext}}]
            floating_ips: [{network: ext, server: web}]
            """));
        Assert.Equal(4, next.Revision);
        Assert.Equal("10.0.0.5", next.FloatingIps.Values.Single().FixedAddress!.ToString());
        using var connection = Connect();
        Assert.Equal(Migrations.Newest, Statement.Number(connection, "PRAGMA user_version"));
        Assert.Equal(0, Statement.Number(connection, "SELECT count(*) FROM pragma_foreign_key_check"));
    }

    private void MakeSchema1(string data)
    {
        SystemSqlite.Bind();
        using var connection = Connect(SqliteOpenMode.ReadWriteCreate);
        using var script = typeof(OwnInventory).Assembly.GetManifestResourceStream("Firstlight.Inventory.Own.Migrations.0001_inventory.sql")!;
        using var reader = new StreamReader(script);
        Statement.Run(connection, reader.ReadToEnd());
        Statement.Run(connection, data);
        Statement.Run(connection, $"PRAGMA application_id = {StoreHeader.ApplicationId}; PRAGMA user_version = 1");
    }

    private SqliteConnection Connect(SqliteOpenMode mode = SqliteOpenMode.ReadOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _directory.File, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
