using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Rows → <see cref="Cloud"/>. Runs inside the caller's transaction, so that all tables are of one revision.</summary>
internal sealed class CloudReader(SqliteConnection connection)
{
    /// <summary>Revision of the store as this transaction sees it.</summary>
    public static long Revision(SqliteConnection connection) => Statement.Number(connection, "SELECT revision FROM store");

    /// <summary>Reads everything.</summary>
    public Cloud Read() => new()
    {
        Revision = Revision(connection),
        Projects = ById("SELECT id, name FROM projects", r => new Project(r.GetString(0), r.GetString(1)), p => p.Id),
        Networks = ById("SELECT id, name, project_id, mtu, external, uplink FROM networks", ReadNetwork, n => n.Id),
        Subnets = Subnets(),
        Routers = ById("SELECT id, name, project_id, enable_snat FROM routers", ReadRouter, r => r.Id),
        FloatingIps = ById("SELECT id, project_id, network_id, subnet_id, address, port_id, fixed_ip_address FROM floating_ips", ReadFloatingIp, f => f.Id),
        Ports = Ports(),
        Servers = Servers(),
        KeyPairs = ById("SELECT project_id, name, type, public_key FROM keypairs", ReadKeyPair, k => (k.ProjectId, k.Name)),
    };

    private static Network ReadNetwork(SqliteDataReader r) => new()
    {
        Id = r.GetString(0), Name = r.GetString(1), ProjectId = r.GetString(2), Mtu = r.GetInt32(3), External = r.GetBoolean(4), Uplink = r.TextOrNull(5),
    };

    private static Router ReadRouter(SqliteDataReader r) =>
        new() { Id = r.GetString(0), Name = r.GetString(1), ProjectId = r.GetString(2), EnableSnat = r.GetBoolean(3) };

    private static FloatingIp ReadFloatingIp(SqliteDataReader r) => new()
    {
        Id = r.GetString(0),
        ProjectId = r.GetString(1),
        NetworkId = r.GetString(2),
        SubnetId = r.GetString(3),
        Address = IPAddress.Parse(r.GetString(4)),
        PortId = r.TextOrNull(5),
        FixedAddress = r.TextOrNull(6) is { } address ? IPAddress.Parse(address) : null,
    };

    private static StoredKeyPair ReadKeyPair(SqliteDataReader r) => new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3));

    private ImmutableDictionary<string, Subnet> Subnets()
    {
        var dns = Lists("SELECT subnet_id, address FROM subnet_dns_nameservers ORDER BY subnet_id, position", r => IPAddress.Parse(r.GetString(1)));
        var routes = Lists(
            "SELECT subnet_id, destination, nexthop FROM subnet_host_routes ORDER BY subnet_id, position",
            r => new HostRoute(IPNetwork.Parse(r.GetString(1)), IPAddress.Parse(r.GetString(2))));
        var pools = Lists(
            "SELECT subnet_id, first_ip, last_ip FROM subnet_allocation_pools ORDER BY subnet_id, position",
            r => new AllocationPool(IPAddress.Parse(r.GetString(1)), IPAddress.Parse(r.GetString(2))));
        return ById(
            "SELECT id, name, network_id, cidr, gateway_ip, enable_dhcp, ipv6_address_mode, ipv6_ra_mode FROM subnets",
            r => new Subnet
            {
                Id = r.GetString(0),
                Name = r.GetString(1),
                NetworkId = r.GetString(2),
                Cidr = IPNetwork.Parse(r.GetString(3)),
                GatewayIp = r.TextOrNull(4) is { } gateway ? IPAddress.Parse(gateway) : null,
                EnableDhcp = r.GetBoolean(5),
                Ipv6AddressMode = Mode(r.TextOrNull(6)),
                Ipv6RaMode = Mode(r.TextOrNull(7)),
                DnsNameservers = dns.Of(r.GetString(0)),
                HostRoutes = routes.Of(r.GetString(0)),
                AllocationPools = pools.Of(r.GetString(0)),
            },
            s => s.Id);
    }

    private ImmutableDictionary<string, Port> Ports()
    {
        var addresses = Lists(
            "SELECT port_id, subnet_id, address FROM fixed_ips ORDER BY port_id, position",
            r => new FixedIp(r.GetString(1), IPAddress.Parse(r.GetString(2))));
        var options = Lists(
            "SELECT port_id, name, value, ip_version FROM port_dhcp_options ORDER BY port_id, position",
            r => new ExtraDhcpOption(r.GetString(1), r.GetString(2), r.GetInt32(3)));
        var pairs = Lists(
            "SELECT port_id, ip_address, mac_address FROM allowed_address_pairs ORDER BY port_id, position",
            r => new AllowedAddressPair(IPNetwork.Parse(r.GetString(1)), r.TextOrNull(2) is { } mac ? PhysicalAddress.Parse(mac) : null));
        return ById(
            "SELECT id, name, network_id, project_id, mac, device_id, device_owner, attach_index, dns_name, port_security FROM ports",
            r => new Port
            {
                Id = r.GetString(0),
                Name = r.GetString(1),
                NetworkId = r.GetString(2),
                ProjectId = r.GetString(3),
                Mac = PhysicalAddress.Parse(r.GetString(4)),
                DeviceId = r.GetString(5),
                DeviceOwner = r.GetString(6),
                AttachIndex = r.GetInt32(7),
                DnsName = r.GetString(8),
                ExtraDhcpOptions = options.Of(r.GetString(0)),
                PortSecurity = r.GetBoolean(9),
                FixedIps = addresses.Of(r.GetString(0)),
                AllowedAddressPairs = pairs.Of(r.GetString(0)),
            },
            p => p.Id);
    }

    private ImmutableDictionary<string, Server> Servers()
    {
        var metadata = Lists(
            "SELECT server_id, key, value FROM server_metadata ORDER BY server_id, position",
            r => KeyValuePair.Create(r.GetString(1), r.GetString(2)));
        var groups = Lists("SELECT server_id, name FROM server_security_groups ORDER BY server_id, position", r => r.GetString(1));
        return ById(
            """
            SELECT id, name, project_id, hostname, number, key_name, key_type, public_key, user_data, availability_zone,
                   flavor_name, image, launch_index, reservation_id, root_device_name
            FROM servers
            """,
            r => new Server
            {
                Id = r.GetString(0),
                Name = r.GetString(1),
                ProjectId = r.GetString(2),
                Hostname = r.GetString(3),
                Number = r.GetInt64(4),
                KeyName = r.TextOrNull(5),
                KeyType = r.TextOrNull(6),
                PublicKey = r.TextOrNull(7),
                UserData = r.IsDBNull(8) ? null : ImmutableArray.Create(r.GetFieldValue<byte[]>(8)),
                AvailabilityZone = r.TextOrNull(9),
                FlavorName = r.GetString(10),
                Image = r.GetString(11),
                LaunchIndex = r.GetInt32(12),
                ReservationId = r.GetString(13),
                RootDeviceName = r.TextOrNull(14),
                Metadata = metadata.Of(r.GetString(0)),
                SecurityGroups = groups.Of(r.GetString(0)),
            },
            s => s.Id);
    }

    private static Ipv6Mode? Mode(string? text) =>
        text is null ? null : Ipv6ModeText.TryParse(text, out var mode) ? mode : throw new FormatException($"'{text}' is no IPv6 mode");

    private ImmutableDictionary<TKey, T> ById<TKey, T>(string sql, Func<SqliteDataReader, T> read, Func<T, TKey> key)
        where TKey : notnull
    {
        var things = ImmutableDictionary.CreateBuilder<TKey, T>();
        Statement.Rows(connection, sql, row =>
        {
            var thing = read(row);
            things.Add(key(thing), thing);
        });
        return things.ToImmutable();
    }

    // First column: owner; rows come sorted by owner and position.
    private OwnedLists<T> Lists<T>(string sql, Func<SqliteDataReader, T> read)
    {
        var lists = new OwnedLists<T>();
        Statement.Rows(connection, sql, row => lists.Add(row.GetString(0), read(row)));
        return lists;
    }

    private sealed class OwnedLists<T>
    {
        private readonly Dictionary<string, ImmutableArray<T>.Builder> _lists = [];

        public void Add(string owner, T item)
        {
            if (!_lists.TryGetValue(owner, out var list)) _lists[owner] = list = ImmutableArray.CreateBuilder<T>();
            list.Add(item);
        }

        public ImmutableArray<T> Of(string owner) => _lists.TryGetValue(owner, out var list) ? list.ToImmutable() : [];
    }
}
