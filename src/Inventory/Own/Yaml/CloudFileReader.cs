using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Yaml;

/// <summary>Nodes of a cloud file → specs. The format is in docs/cloud-file.md.</summary>
internal sealed class CloudFileReader(Mistakes mistakes, string directory)
{
    private static readonly string[] FileFields = ["projects", "networks", "subnets", "routers", "keypairs", "ports", "servers", "floating_ips"];
    private static readonly string[] ProjectFields = ["name", "id"];
    private static readonly string[] NetworkFields = ["name", "id", "project", "mtu", "external", "uplink", "subnets"];
    private static readonly string[] NestedSubnetFields =
        ["name", "id", "cidr", "gateway", "enable_dhcp", "dns_nameservers", "host_routes", "allocation_pools", "ipv6_address_mode", "ipv6_ra_mode"];
    private static readonly string[] SubnetFields = [.. NestedSubnetFields, "network", "project"];
    private static readonly string[] RouterFields = ["name", "id", "project", "interfaces", "gateway"];
    private static readonly string[] FloatingIpFields = ["id", "network", "project", "address", "port", "server", "fixed_ip"];
    private static readonly string[] KeyPairFields = ["name", "project", "type", "public_key"];
    private static readonly string[] NestedPortFields = ["name", "id", "network", "project", "mac", "fixed_ips", "dns_name", "extra_dhcp_opts", "port_security", "allowed_address_pairs"];
    private static readonly string[] PortFields = [.. NestedPortFields, "server"];
    private static readonly string[] UserDataFields = ["user_data", "user_data_base64", "user_data_file"];
    private static readonly string[] ServerFields =
    [
        "name", "id", "project", "hostname", "keypair", "user_data", "user_data_base64", "user_data_file", "metadata", "availability_zone", "flavor",
        "image", "security_groups", "launch_index", "reservation_id", "root_device", "number", "ports",
    ];

    public CloudSpec Read(MapNode root)
    {
        var file = new FieldReader(root, "cloud file", FileFields, mistakes);
        var nested = ImmutableArray.CreateBuilder<SubnetSpec>();
        return new CloudSpec
        {
            Projects = file.Maps("projects", Project),
            Networks = file.Maps("networks", map => Network(map, nested)),
            Subnets = file.Maps("subnets", map => Subnet(map, network: null)).InsertRange(0, nested),
            Routers = file.Maps("routers", Router),
            KeyPairs = file.Maps("keypairs", KeyPair),
            Ports = file.Maps("ports", map => Port(map, PortFields)),
            Servers = file.Maps("servers", Server),
            FloatingIps = file.Maps("floating_ips", FloatingIp),
        };
    }

    private ProjectSpec Project(MapNode map)
    {
        var f = new FieldReader(map, "project", ProjectFields, mistakes);
        return new ProjectSpec { Name = f.Required("name"), Id = f.Text("id"), Source = f.Source };
    }

    private NetworkSpec Network(MapNode map, ImmutableArray<SubnetSpec>.Builder nested)
    {
        var f = new FieldReader(map, "network", NetworkFields, mistakes);
        var network = new NetworkSpec
        {
            Name = f.Required("name"),
            Id = f.Text("id"),
            Project = f.Required("project"),
            Mtu = f.Integer("mtu"),
            External = f.Boolean("external"),
            Uplink = f.Text("uplink"),
            Source = f.Source,
        };
        nested.AddRange(f.Maps("subnets", subnet => Subnet(subnet, network)));
        return network;
    }

    private SubnetSpec Subnet(MapNode map, NetworkSpec? network)
    {
        var f = new FieldReader(map, "subnet", network is null ? SubnetFields : NestedSubnetFields, mistakes);
        var noGateway = f.Text("gateway") is "none";
        if (f.Has("gateway") && f.Text("gateway") is "" or "~" or "null") f.Wrong(f.LineOf("gateway"), "gateway", "say none for no gateway, or leave the field out for the first address");
        else if (!noGateway) f.Address("gateway");
        if (!f.Has("cidr")) f.Required("cidr");
        return new SubnetSpec
        {
            Name = f.Required("name"),
            Id = f.Text("id"),
            Network = network?.Name ?? f.Required("network"),
            Project = network?.Project ?? f.Text("project"),
            // After a mistake the file is refused, so the stand-in goes nowhere.
            Cidr = f.Prefix("cidr") ?? default,
            Gateway = noGateway || !IPAddress.TryParse(f.Text("gateway"), out var gateway) ? null : gateway,
            NoGateway = noGateway,
            EnableDhcp = f.Boolean("enable_dhcp"),
            DnsNameservers = f.AddressList("dns_nameservers"),
            HostRoutes = f.Maps("host_routes", HostRoute),
            AllocationPools = f.Maps("allocation_pools", AllocationPool),
            Ipv6AddressMode = f.Mode("ipv6_address_mode"),
            Ipv6RaMode = f.Mode("ipv6_ra_mode"),
            Source = f.Source,
        };
    }

    private HostRoute? HostRoute(MapNode map)
    {
        var f = new FieldReader(map, "host route", ["destination", "nexthop"], mistakes);
        if (!f.Has("destination")) f.Required("destination");
        if (!f.Has("nexthop")) f.Required("nexthop");
        return f.Prefix("destination") is { } destination && f.Address("nexthop") is { } nextHop ? new HostRoute(destination, nextHop) : null;
    }

    private AllocationPool? AllocationPool(MapNode map)
    {
        var f = new FieldReader(map, "allocation pool", ["start", "end"], mistakes);
        if (!f.Has("start")) f.Required("start");
        if (!f.Has("end")) f.Required("end");
        return f.Address("start") is { } start && f.Address("end") is { } end ? new AllocationPool(start, end) : null;
    }

    private RouterSpec Router(MapNode map)
    {
        var f = new FieldReader(map, "router", RouterFields, mistakes);
        var (gateway, none) = f.MapOrNone("gateway", Gateway);
        return new RouterSpec
        {
            Name = f.Required("name"),
            Id = f.Text("id"),
            Project = f.Required("project"),
            Interfaces = f.TextList("interfaces"),
            Gateway = gateway,
            NoGateway = none,
            Source = f.Source,
        };
    }

    private GatewaySpec Gateway(MapNode map)
    {
        var f = new FieldReader(map, "gateway", ["network", "address", "snat"], mistakes);
        return new GatewaySpec(f.Required("network"), f.Address("address"), f.Boolean("snat"));
    }

    private FloatingIpSpec FloatingIp(MapNode map)
    {
        var f = new FieldReader(map, "floating ip", FloatingIpFields, mistakes);
        if (!f.Has("address") && !f.Has("port") && !f.Has("server")) f.Wrong(map.Line, "address", "is missing, and so are port and server: one of them says which floating address is meant");
        if (f.Has("port") && f.Has("server")) f.Wrong(f.LineOf("server"), "server", "is given beside port: one of them will do");
        var port = f.Text("port");
        return new FloatingIpSpec
        {
            Network = f.Required("network"),
            Id = f.Text("id"),
            Project = f.Text("project"),
            Address = f.Address("address"),
            Port = port is "none" ? null : port,
            NoPort = port is "none",
            Server = f.Text("server"),
            FixedAddress = f.Address("fixed_ip"),
            Source = f.Source,
        };
    }

    private KeyPairSpec KeyPair(MapNode map)
    {
        var f = new FieldReader(map, "keypair", KeyPairFields, mistakes);
        return new KeyPairSpec
        {
            Name = f.Required("name"),
            Project = f.Required("project"),
            Type = f.Text("type") ?? "ssh",
            PublicKey = f.Required("public_key"),
            Source = f.Source,
        };
    }

    private PortSpec Port(MapNode map, string[] fields)
    {
        var f = new FieldReader(map, "port", fields, mistakes);
        return new PortSpec
        {
            Name = f.Text("name") ?? "",
            Id = f.Text("id"),
            Network = f.Required("network"),
            Project = f.Text("project"),
            Mac = f.Mac("mac"),
            FixedIps = f.List("fixed_ips", item => FixedIp(f, item)),
            Server = f.Text("server"),
            DnsName = f.Text("dns_name"),
            ExtraDhcpOptions = f.Maps("extra_dhcp_opts", DhcpOption),
            PortSecurity = f.Boolean("port_security"),
            AllowedAddressPairs = f.Has("allowed_address_pairs") ? f.List("allowed_address_pairs", item => Pair(f, item)) : null,
            Source = f.Source,
        };
    }

    private ExtraDhcpOption DhcpOption(MapNode map)
    {
        var f = new FieldReader(map, "DHCP option", ["opt_name", "opt_value", "ip_version"], mistakes);
        return new ExtraDhcpOption(f.Required("opt_name"), f.Text("opt_value") ?? "", f.Integer("ip_version") ?? 4);
    }

    // Addresses alone, or a mapping.
    private AllowedAddressPair? Pair(FieldReader port, Node item)
    {
        if (item is not MapNode map) map = new MapNode(item.Line, [new Entry("ip_address", item.Line, item)]);
        var f = new FieldReader(map, port.Subject, ["ip_address", "mac_address"], mistakes);
        var text = f.Required("ip_address");
        if (AllowedAddressPair.TryParse(text, out var addresses)) return new AllowedAddressPair(addresses, f.Mac("mac_address"));
        if (text.Length > 0) f.Wrong(f.LineOf("ip_address"), "ip_address", $"'{text}' is neither an address nor a prefix such as 10.0.0.0/24 (no host bits)");
        return null;
    }

    // An address alone, or a mapping.
    private FixedIpSpec? FixedIp(FieldReader port, Node item)
    {
        var map = item switch
        {
            MapNode given => given,
            TextNode => new MapNode(item.Line, [new Entry("address", item.Line, item)]),
            _ => null,
        };
        if (map is null)
        {
            port.Wrong(item.Line, "fixed_ips", "holds a list where an address or a mapping belongs");
            return null;
        }
        var f = new FieldReader(map, port.Subject, ["subnet", "address"], mistakes);
        if (!f.Has("subnet") && !f.Has("address")) port.Wrong(item.Line, "fixed_ips", "an item says neither subnet nor address");
        return new FixedIpSpec(f.Text("subnet"), f.Address("address"));
    }

    private ServerSpec Server(MapNode map)
    {
        var f = new FieldReader(map, "server", ServerFields, mistakes);
        return new ServerSpec
        {
            Name = f.Required("name"),
            Id = f.Text("id"),
            Project = f.Required("project"),
            Hostname = f.Text("hostname"),
            KeyPair = f.Text("keypair"),
            UserData = UserData(f) is { } bytes ? ImmutableCollectionsMarshal.AsImmutableArray(bytes) : null,
            Metadata = f.Pairs("metadata"),
            AvailabilityZone = f.Text("availability_zone"),
            Flavor = f.Text("flavor"),
            Image = f.Text("image"),
            SecurityGroups = f.TextList("security_groups"),
            LaunchIndex = f.Integer("launch_index"),
            ReservationId = f.Text("reservation_id"),
            RootDevice = f.Text("root_device"),
            Number = f.Number("number"),
            Ports = f.Maps("ports", port => Port(port, NestedPortFields)),
            Source = UserDataSource(f.Source),
        };
    }

    private byte[]? UserData(FieldReader f)
    {
        string[] given = [.. UserDataFields.Where(f.Has)];
        if (given.Length > 1) f.Wrong(f.LineOf(given[1]), given[1], $"is given beside {given[0]}: one of them will do");
        if (f.Text("user_data") is { } text) return Encoding.UTF8.GetBytes(text);
        if (f.Base64("user_data_base64") is { } bytes) return bytes;
        if (f.Text("user_data_file") is not { } path) return null;
        try
        {
            using var file = File.OpenRead(Path.Combine(directory, path));
            // One byte more than allowed is enough to know.
            var buffer = new byte[ServerChecks.LargestUserData + 1];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length <= ServerChecks.LargestUserData) return buffer[..length];
            f.Wrong(f.LineOf("user_data_file"), "user_data_file", $"{path} has more than {ServerChecks.LargestUserData} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            f.Wrong(f.LineOf("user_data_file"), "user_data_file", $"{path} cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
        return null;
    }

    // Rules speak of user_data, however it was given.
    private static SpecSource UserDataSource(SpecSource source) =>
        source.Fields.Keys.FirstOrDefault(k => k is "user_data_base64" or "user_data_file") is { } given && !source.Fields.ContainsKey("user_data")
            ? source with { Fields = source.Fields.Add("user_data", source.Fields[given]) }
            : source;
}
