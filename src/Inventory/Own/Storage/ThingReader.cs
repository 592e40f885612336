using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Rows → things, kind by kind: all of them, or some. A text that many of them have is one object.</summary>
internal sealed class ThingReader(SqliteConnection connection)
{
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);

    public List<Project> Projects(Only? only = null) => List("SELECT id, name FROM projects", only, r => new Project(Shared(r, 0), r.GetString(1)));

    public List<Network> Networks(Only? only = null) => List(
        "SELECT id, name, project_id, mtu, external, uplink FROM networks",
        only,
        r => new Network
        {
            Id = Shared(r, 0),
            Name = r.GetString(1),
            ProjectId = Shared(r, 2),
            Mtu = r.GetInt32(3),
            External = r.GetBoolean(4),
            Uplink = r.TextOrNull(5),
        });

    public List<Router> Routers(Only? only = null) => List(
        "SELECT id, name, project_id, enable_snat FROM routers",
        only,
        r => new Router { Id = Shared(r, 0), Name = r.GetString(1), ProjectId = Shared(r, 2), EnableSnat = r.GetBoolean(3) });

    public List<FloatingIp> FloatingIps(Only? only = null) => List(
        "SELECT id, project_id, network_id, subnet_id, address, port_id, fixed_ip_address FROM floating_ips",
        only,
        r => new FloatingIp
        {
            Id = r.GetString(0),
            ProjectId = Shared(r, 1),
            NetworkId = Shared(r, 2),
            SubnetId = Shared(r, 3),
            Address = IPAddress.Parse(r.GetString(4)),
            PortId = r.TextOrNull(5),
            FixedAddress = r.TextOrNull(6) is { } address ? IPAddress.Parse(address) : null,
        });

    public List<StoredKeyPair> KeyPairs(Only? only = null) => List(
        "SELECT project_id, name, type, public_key FROM keypairs", only, r => new StoredKeyPair(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3)));

    public List<Subnet> Subnets(Only? only = null)
    {
        var dns = Lists("subnet_id, address", "subnet_dns_nameservers", "subnets", only, r => IPAddress.Parse(r.GetString(1)));
        var routes = Lists(
            "subnet_id, destination, nexthop", "subnet_host_routes", "subnets", only, r => new HostRoute(IPNetwork.Parse(r.GetString(1)), IPAddress.Parse(r.GetString(2))));
        var pools = Lists(
            "subnet_id, first_ip, last_ip", "subnet_allocation_pools", "subnets", only, r => new AllocationPool(IPAddress.Parse(r.GetString(1)), IPAddress.Parse(r.GetString(2))));
        return List(
            "SELECT id, name, network_id, cidr, gateway_ip, enable_dhcp, ipv6_address_mode, ipv6_ra_mode FROM subnets",
            only,
            r =>
            {
                var id = Shared(r, 0);
                return new Subnet
                {
                    Id = id,
                    Name = r.GetString(1),
                    NetworkId = Shared(r, 2),
                    Cidr = IPNetwork.Parse(r.GetString(3)),
                    GatewayIp = r.TextOrNull(4) is { } gateway ? IPAddress.Parse(gateway) : null,
                    EnableDhcp = r.GetBoolean(5),
                    Ipv6AddressMode = Mode(r.TextOrNull(6)),
                    Ipv6RaMode = Mode(r.TextOrNull(7)),
                    DnsNameservers = dns.Of(id),
                    HostRoutes = routes.Of(id),
                    AllocationPools = pools.Of(id),
                };
            });
    }

    public List<Port> Ports(Only? only = null)
    {
        var addresses = Lists("port_id, subnet_id, address", "fixed_ips", "ports", only, r => new FixedIp(Shared(r, 1), IPAddress.Parse(r.GetString(2))));
        var options = Lists(
            "port_id, name, value, ip_version", "port_dhcp_options", "ports", only, r => new ExtraDhcpOption(r.GetString(1), r.GetString(2), r.GetInt32(3)));
        var pairs = Lists(
            "port_id, ip_address, mac_address", "allowed_address_pairs", "ports", only,
            r => new AllowedAddressPair(IPNetwork.Parse(r.GetString(1)), r.TextOrNull(2) is { } mac ? PhysicalAddress.Parse(mac) : null));
        return List(
            "SELECT id, name, network_id, project_id, mac, device_id, device_owner, attach_index, dns_name, port_security FROM ports",
            only,
            r =>
            {
                var id = r.GetString(0);
                return new Port
                {
                    Id = id,
                    Name = r.GetString(1),
                    NetworkId = Shared(r, 2),
                    ProjectId = Shared(r, 3),
                    Mac = PhysicalAddress.Parse(r.GetString(4)),
                    DeviceId = Shared(r, 5),
                    DeviceOwner = Shared(r, 6),
                    AttachIndex = r.GetInt32(7),
                    DnsName = r.GetString(8),
                    ExtraDhcpOptions = options.Of(id),
                    PortSecurity = r.GetBoolean(9),
                    FixedIps = addresses.Of(id),
                    AllowedAddressPairs = pairs.Of(id),
                };
            });
    }

    /// <summary>Whether there is such a port.</summary>
    public bool HasPort(Only only) => Statement.Number(connection, $"SELECT EXISTS (SELECT 1 FROM ports WHERE {only.Condition})", only.Values) != 0;

    public List<Server> Servers(Only? only = null)
    {
        var metadata = Lists("server_id, key, value", "server_metadata", "servers", only, r => KeyValuePair.Create(r.GetString(1), r.GetString(2)));
        var groups = Lists("server_id, name", "server_security_groups", "servers", only, r => Shared(r, 1));
        return List(
            """
            SELECT id, name, project_id, hostname, number, key_name, key_type, public_key, user_data, availability_zone,
                   flavor_name, image, launch_index, reservation_id, root_device_name
            FROM servers
            """,
            only,
            r =>
            {
                var id = Shared(r, 0);
                return new Server
                {
                    Id = id,
                    Name = r.GetString(1),
                    ProjectId = Shared(r, 2),
                    Hostname = r.GetString(3),
                    Number = r.GetInt64(4),
                    KeyName = SharedOrNull(r, 5),
                    KeyType = SharedOrNull(r, 6),
                    PublicKey = SharedOrNull(r, 7),
                    UserData = r.IsDBNull(8) ? null : ImmutableArray.Create(r.GetFieldValue<byte[]>(8)),
                    AvailabilityZone = SharedOrNull(r, 9),
                    FlavorName = Shared(r, 10),
                    Image = Shared(r, 11),
                    LaunchIndex = r.GetInt32(12),
                    ReservationId = r.GetString(13),
                    RootDeviceName = SharedOrNull(r, 14),
                    Metadata = metadata.Of(id),
                    SecurityGroups = groups.Of(id),
                };
            });
    }

    private string Shared(SqliteDataReader row, int column)
    {
        var text = row.GetString(column);
        if (_shared.TryGetValue(text, out var known)) return known;
        _shared.Add(text);
        return text;
    }

    private string? SharedOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Shared(row, column);

    private static Ipv6Mode? Mode(string? text) =>
        text is null ? null : Ipv6ModeText.TryParse(text, out var mode) ? mode : throw new FormatException($"'{text}' is no IPv6 mode");

    private List<T> List<T>(string select, Only? only, Func<SqliteDataReader, T> read)
    {
        var things = new List<T>();
        if (only is null) Statement.Rows(connection, select, row => things.Add(read(row)));
        else Statement.Rows(connection, $"{select} WHERE {only.Condition}", row => things.Add(read(row)), only.Values);
        return things;
    }

    // Lists of things, each in order; the first column says whose.
    private OwnedLists<T> Lists<T>(string columns, string table, string owners, Only? only, Func<SqliteDataReader, T> read)
    {
        var lists = new OwnedLists<T>();
        var owner = columns[..columns.IndexOf(',', StringComparison.Ordinal)];
        var some = only is null ? "" : $" WHERE {owner} IN (SELECT id FROM {owners} WHERE {only.Condition})";
        Statement.Rows(connection, $"SELECT {columns} FROM {table}{some} ORDER BY {owner}, position", row => lists.Add(row.GetString(0), read(row)), only is null ? [] : only.Values);
        lists.Complete();
        return lists;
    }

    // Rows come owner by owner.
    private sealed class OwnedLists<T>
    {
        private readonly Dictionary<string, ImmutableArray<T>> _lists = new(StringComparer.Ordinal);
        private readonly ImmutableArray<T>.Builder _list = ImmutableArray.CreateBuilder<T>();
        private string _owner = "";

        public void Add(string owner, T item)
        {
            if (owner != _owner) Complete();
            _owner = owner;
            _list.Add(item);
        }

        public void Complete()
        {
            if (_list.Count > 0) _lists[_owner] = _list.ToImmutable();
            _list.Clear();
        }

        public ImmutableArray<T> Of(string owner) => _lists.TryGetValue(owner, out var list) ? list : [];
    }
}
