using System.Collections.Immutable;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>The prepared statements behind one instance's facts: each by an index, so that the number of servers does not matter. For one thread.</summary>
internal sealed class InstanceQueries(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand _begin = Statement.Create(connection, "BEGIN", []);
    private readonly SqliteCommand _end = Statement.Create(connection, "COMMIT", []);

    private readonly SqliteCommand _server = Prepare(connection, """
        SELECT s.project_id, s.name, s.hostname, s.launch_index, s.availability_zone, s.reservation_id, s.flavor_name, s.image,
               s.number, i.number, s.key_name, s.key_type, s.public_key, s.user_data, s.root_device_name, p.password
        FROM servers s
        LEFT JOIN images i ON i.image = s.image
        LEFT JOIN server_passwords p ON p.server_id = s.id
        WHERE s.id = $0
        """);

    private readonly SqliteCommand _metadata = Prepare(connection, "SELECT key, value FROM server_metadata WHERE server_id = $0 ORDER BY position");

    private readonly SqliteCommand _groups = Prepare(connection, "SELECT name FROM server_security_groups WHERE server_id = $0 ORDER BY position");

    private readonly SqliteCommand _ports = Prepare(connection, """
        SELECT p.id, p.mac, p.network_id, n.mtu
        FROM ports p JOIN networks n ON n.id = p.network_id
        WHERE p.device_id = $0 ORDER BY p.attach_index, p.id
        """);

    private readonly SqliteCommand _addresses = Prepare(connection, """
        SELECT f.address, s.id, s.cidr, s.gateway_ip, s.enable_dhcp, s.ipv6_address_mode,
               (SELECT d.address FROM ports p JOIN fixed_ips d ON d.port_id = p.id AND d.subnet_id = s.id
                WHERE p.network_id = s.network_id AND p.device_owner = 'network:dhcp' ORDER BY p.id LIMIT 1)
        FROM fixed_ips f JOIN subnets s ON s.id = f.subnet_id
        WHERE f.port_id = $0 ORDER BY f.position
        """);

    private readonly SqliteCommand _floating = Prepare(connection, "SELECT fixed_ip_address, address FROM floating_ips WHERE port_id = $0 ORDER BY address");

    private readonly SqliteCommand _dns = Prepare(connection, "SELECT address FROM subnet_dns_nameservers WHERE subnet_id = $0 ORDER BY position");

    private readonly SqliteCommand _routes = Prepare(connection, "SELECT destination, nexthop FROM subnet_host_routes WHERE subnet_id = $0 ORDER BY position");

    /// <summary>Gathers the facts at one revision; null when there is no such server.</summary>
    public Instance? Find(string id)
    {
        _begin.ExecuteNonQuery();
        try
        {
            return One(_server, id, r => ReadServer(r, id)) is not { } server ? null : server with
            {
                Metadata = List(_metadata, id, r => KeyValuePair.Create(r.GetString(0), r.GetString(1))),
                SecurityGroups = List(_groups, id, r => r.GetString(0)),
                NetworkInfo = Vifs(id),
            };
        }
        finally
        {
            _end.ExecuteNonQuery();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_begin, _end, _server, _metadata, _groups, _ports, _addresses, _floating, _dns, _routes]) command.Dispose();
    }

    private static Instance ReadServer(SqliteDataReader r, string id)
    {
        var image = r.GetString(7);
        var key = r.TextOrNull(10) is { } keyName ? new KeyPair(keyName, r.TextOrNull(11) ?? "ssh", r.TextOrNull(12) ?? "") : null;
        return new Instance
        {
            Id = new InstanceId(id),
            ProjectId = new ProjectId(r.GetString(0)),
            Name = r.GetString(1),
            Hostname = r.GetString(2),
            LaunchIndex = r.GetInt32(3),
            AvailabilityZone = r.TextOrNull(4),
            ReservationId = r.GetString(5),
            FlavorName = r.GetString(6),
            ImageRef = image,
            Ec2 = new Ec2Numbers(r.GetInt64(8), image.Length == 0 || r.IsDBNull(9) ? null : r.GetInt64(9)),
            KeyName = key?.Name,
            KeyData = key?.PublicKey,
            KeyPairs = key is null ? [] : [key],
            UserData = r.IsDBNull(13) ? null : new UserData(r.GetFieldValue<byte[]>(13)),
            BlockDevices = new BlockDevices { RootDeviceName = r.TextOrNull(14) },
            Password = r.TextOrNull(15) ?? "",
        };
    }

    private ImmutableArray<Vif> Vifs(string server)
    {
        var ports = List(_ports, server, r => (Id: r.GetString(0), Mac: r.GetString(1), Network: r.GetString(2), Mtu: r.GetInt32(3)));
        var vifs = ImmutableArray.CreateBuilder<Vif>(ports.Length);
        foreach (var port in ports)
        {
            vifs.Add(new Vif
            {
                Id = port.Id,
                Address = port.Mac,
                Type = "bridge",
                DeviceName = $"tap{port.Id.AsSpan(0, Math.Min(11, port.Id.Length))}",
                Network = new VifNetwork { Id = port.Network, Mtu = port.Mtu, Subnets = Subnets(port.Id) },
            });
        }
        return vifs.MoveToImmutable();
    }

    // One subnet each, in the order of the port's addresses; a second address of a subnet joins the first.
    private ImmutableArray<VifSubnet> Subnets(string port)
    {
        List<(string Id, VifSubnet Subnet)> subnets = [];
        var floating = List(_floating, port, r => (Fixed: r.GetString(0), Floating: r.GetString(1))).ToLookup(f => f.Fixed, f => f.Floating, StringComparer.Ordinal);
        foreach (var (id, subnet) in List(_addresses, port, r => (r.GetString(1), ReadSubnet(r, floating))))
        {
            var known = subnets.FindIndex(s => s.Id == id);
            if (known < 0) subnets.Add((id, subnet));
            else subnets[known] = (id, subnets[known].Subnet with { Addresses = subnets[known].Subnet.Addresses.AddRange(subnet.Addresses) });
        }
        return
        [
            .. subnets.Select(s => s.Subnet with
            {
                Dns = List(_dns, s.Id, r => r.GetString(0)),
                Routes = List(_routes, s.Id, r => new VifRoute(r.GetString(0), r.GetString(1))),
            }),
        ];
    }

    private static VifSubnet ReadSubnet(SqliteDataReader r, ILookup<string, string> floating)
    {
        var cidr = r.GetString(2);
        var gateway = r.TextOrNull(3);
        var enableDhcp = r.GetBoolean(4);
        return new VifSubnet
        {
            Version = cidr.Contains(':', StringComparison.Ordinal) ? 6 : 4,
            Cidr = cidr,
            Gateway = gateway,
            Addresses = [new VifAddress(r.GetString(0), [.. floating[r.GetString(0)]])],
            // Writers of network_info fell back to the gateway where DHCP is on and no DHCP port is known.
            DhcpServer = enableDhcp ? r.TextOrNull(6) ?? gateway : null,
            EnableDhcp = enableDhcp,
            Ipv6AddressMode = r.TextOrNull(5),
        };
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql)
    {
        var command = Statement.Create(connection, sql, [""]);
        command.Prepare();
        return command;
    }

    private static T? One<T>(SqliteCommand command, string value, Func<SqliteDataReader, T> read)
        where T : class
    {
        command.Parameters[0].Value = value;
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    private static ImmutableArray<T> List<T>(SqliteCommand command, string value, Func<SqliteDataReader, T> read)
    {
        command.Parameters[0].Value = value;
        using var reader = command.ExecuteReader();
        var list = ImmutableArray.CreateBuilder<T>();
        while (reader.Read()) list.Add(read(reader));
        return list.ToImmutable();
    }
}
