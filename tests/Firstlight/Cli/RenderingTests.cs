using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Verbs;
using Firstlight.Cli.Views;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;
using YamlDotNet.RepresentationModel;

namespace Firstlight.Tests.Cli;

public sealed class RenderingTests
{
    private static readonly Cloud Cloud = Made();

    private static Cloud Made()
    {
        var subnet = new Subnet
        {
            Id = "s1", Name = "blue-v4", NetworkId = "n1", Cidr = IPNetwork.Parse("10.0.0.0/24"), GatewayIp = IPAddress.Parse("10.0.0.1"),
            HostRoutes = [new HostRoute(IPNetwork.Parse("10.9.0.0/16"), IPAddress.Parse("10.0.0.254"))],
        };
        var v6 = new Subnet { Id = "s2", Name = "blue-v6", NetworkId = "n1", Cidr = IPNetwork.Parse("fd00::/64"), Ipv6AddressMode = Ipv6Mode.Dhcpv6Stateless };
        var server = new Server
        {
            Id = "i1", Name = "web-1", ProjectId = "p1", Hostname = "web-1", ReservationId = "r-1", Number = 10, UserData = [.. "geheim"u8],
            Metadata = [KeyValuePair.Create("zebra", "1"), KeyValuePair.Create("ant", "yes")],
        };
        Port Port(string id, string owner, string device, string mac, params FixedIp[] ips) => new()
        {
            Id = id, NetworkId = "n1", ProjectId = "p1", Mac = PhysicalAddress.Parse(mac), DeviceOwner = owner, DeviceId = device, FixedIps = [.. ips],
        };
        var ports = new[]
        {
            Port("q1", "compute:nova", "i1", "FA-16-3E-00-00-05", new FixedIp("s1", IPAddress.Parse("10.0.0.5")), new FixedIp("s2", IPAddress.Parse("fd00::5"))),
            Port("q2", DeviceOwners.RouterInterface, "r1", "FA-16-3E-00-00-01", new FixedIp("s1", IPAddress.Parse("10.0.0.1"))),
        };
        return Cloud.Empty with
        {
            Projects = Cloud.Empty.Projects.Add("p1", new Project("p1", "red")),
            Networks = Cloud.Empty.Networks.Add("n1", new Network { Id = "n1", Name = "blue", ProjectId = "p1" }),
            Subnets = Cloud.Empty.Subnets.Add("s1", subnet).Add("s2", v6),
            Routers = Cloud.Empty.Routers.Add("r1", new Router { Id = "r1", Name = "r1", ProjectId = "p1" }),
            Ports = ports.ToImmutableDictionary(p => p.Id),
            Servers = Cloud.Empty.Servers.Add("i1", server),
            KeyPairs = Cloud.Empty.KeyPairs.Add(("p1", "ops"), new StoredKeyPair("p1", "ops", "ssh", "ssh-ed25519 AAAA ops\n")),
        };
    }

    private static JsonElement Only(Resource resource) => Assert.Single(resource.Views(Cloud)).Json;

    private static string Json(JsonElement item) => JsonSerializer.Serialize(item, ElementJson.Default.JsonElement);

    [Fact]
    public void Json_has_OpenStacks_field_names()
    {
        Assert.Equal(
            """{"id":"s1","name":"blue-v4","network_id":"n1","ip_version":4,"cidr":"10.0.0.0/24","gateway_ip":"10.0.0.1","enable_dhcp":true,"dns_nameservers":[],"host_routes":[{"destination":"10.9.0.0/16","nexthop":"10.0.0.254"}],"allocation_pools":[],"ipv6_address_mode":null,"ipv6_ra_mode":null}""",
            Json(Resources.Subnet.Views(Cloud).First().Json));
        Assert.Equal(
            """{"id":"q1","name":"","network_id":"n1","project_id":"p1","mac_address":"fa:16:3e:00:00:05","fixed_ips":[{"subnet_id":"s1","ip_address":"10.0.0.5"},{"subnet_id":"s2","ip_address":"fd00::5"}],"device_id":"i1","device_owner":"compute:nova","dns_name":"","extra_dhcp_opts":[],"port_security_enabled":true,"allowed_address_pairs":[]}""",
            Json(Resources.Port.Views(Cloud).First().Json));
        Assert.Equal("dhcpv6-stateless", Resources.Subnet.Views(Cloud).Last().Json.GetProperty("ipv6_address_mode").GetString());
        Assert.Equal("""{"id":"r1","name":"r1","project_id":"p1","external_gateway_info":null,"interfaces":[{"port_id":"q2","subnet_id":"s1","ip_address":"10.0.0.1"}]}""", Json(Only(Resources.Router)));
        Assert.Equal("""{"id":"n1","name":"blue","project_id":"p1","mtu":1500,"external":false,"uplink":null,"subnets":["s1","s2"]}""", Json(Only(Resources.Network)));
    }

    [Fact]
    public void A_server_shows_the_size_of_its_user_data_and_keeps_the_order_of_its_metadata()
    {
        var server = Only(Resources.Server);

        Assert.Equal(6, server.GetProperty("user_data_bytes").GetInt32());
        Assert.Equal("i-0000000a", server.GetProperty("ec2_id").GetString());
        Assert.Equal("""{"zebra":"1","ant":"yes"}""", server.GetProperty("metadata").GetRawText());
        Assert.Equal("""{"blue":["10.0.0.5","fd00::5"]}""", server.GetProperty("addresses").GetRawText());
        foreach (var format in Enum.GetValues<OutputFormat>())
        {
            var output = new StringWriter();
            ResultWriter.WriteOne(output, format, server);
            Assert.DoesNotContain("geheim", output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_off_a_terminal_is_plain_columns_without_colour_or_wrapping()
    {
        var output = new StringWriter();
        ResultWriter.WriteMany(output, OutputFormat.Table, JsonDocument.Parse(
            $$"""[{"id":"1","name":"{{new string('x', 300)}}","extra":1},{"id":"22","name":"a\u001b[31mb","list":["p","q"]}]""").RootElement, ["id", "name", "list"]);

        var lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal(["id", "name", "list"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["1", new string('x', 300), "-"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith("p, q", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Yaml_reads_back_as_the_same_values()
    {
        var texts = new[] { "plain", "yes", "No", "12", "1e3", "0x1f", "2026-11-20", "10:20", "", " lead", "a: b", "# c", "- d", "[x]", "multi\nline", "fa:16:3e:00:00:05", "null", "~", "é'\"", "key=value more", "/dev/vda", "a #b" };
        var document = JsonSerializer.SerializeToElement(new SortedDictionary<string, string[]>(StringComparer.Ordinal) { ["items"] = texts, ["none"] = [] }, ElementJson.Default.SortedDictionaryStringStringArray);
        var nested = JsonDocument.Parse("""[{"a":{"b":[{"c":1,"d":[true,null]},[]]},"e":{}},""" + document.GetRawText() + "]").RootElement;

        var stream = new YamlStream();
        stream.Load(new StringReader(Yaml.Render(nested)));
        var root = (YamlSequenceNode)stream.Documents[0].RootNode;

        var items = (YamlSequenceNode)root[1]["items"];
        Assert.Equal(texts, items.Select(i => ((YamlScalarNode)i).Value));
        Assert.All(items.Zip(texts), pair => Assert.True(
            ((YamlScalarNode)pair.First).Style == YamlDotNet.Core.ScalarStyle.DoubleQuoted || char.IsLetter(pair.Second[0]) || pair.Second[0] == '/', pair.Second));
        Assert.Equal("1", ((YamlScalarNode)root[0]["a"]["b"][0]["c"]).Value);
        Assert.Equal("true", ((YamlScalarNode)root[0]["a"]["b"][0]["d"][0]).Value);
        Assert.Empty((YamlMappingNode)root[0]["e"]);
    }

    [Fact]
    public void A_plan_ends_in_a_summary()
    {
        ImmutableArray<PlanItem> items = [new PlanItem(PlanAction.Created, ResourceKind.Network, "blue", "n1", []), new PlanItem(PlanAction.Changed, ResourceKind.KeyPair, "ops", "ops", ["public_key"])];

        Assert.Equal("would be: 1 created, 1 changed, 0 unchanged (revision 7)", ApplyVerb.Summary(CloudViews.Of(items, 7, dryRun: true)));
        Assert.Equal("keypair", CloudViews.Of(items, 7, dryRun: true).Items[1].Kind);
    }

    [Fact]
    public void Create_never_changes_what_exists()
    {
        var plan = new Plan(Cloud, [new PlanItem(PlanAction.Changed, ResourceKind.Network, "blue", "n1", ["mtu"])]);

        Assert.Contains("exists already", Assert.Throws<InventoryRuleException>(() => ResourceVerbs.Created(plan, Resources.Network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removing_a_routers_last_address_removes_its_port_and_another_address_stays()
    {
        var two = Cloud.Ports["q1"];

        Assert.False(RouterInterfaces.WithoutAddress(Cloud, Cloud.Ports["q2"], "s1").Ports.ContainsKey("q2"));
        Assert.Equal(["s2"], RouterInterfaces.WithoutAddress(Cloud, two, "s1").Ports["q1"].FixedIps.Select(f => f.SubnetId));
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonElement))]
[System.Text.Json.Serialization.JsonSerializable(typeof(SortedDictionary<string, string[]>))]
internal sealed partial class ElementJson : System.Text.Json.Serialization.JsonSerializerContext;
