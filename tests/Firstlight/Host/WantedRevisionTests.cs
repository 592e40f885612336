using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Roles;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Host;

/// <summary>What a change of the inventory makes the plumber look at: what follows from the same records must be the same object, and nothing else may.</summary>
public sealed class WantedRevisionTests : IDisposable
{
    private const string Yaml = """
        networks:
          - {name: ext, project: p, external: true, subnets: [{name: ext-v4, cidr: 203.0.113.0/24, enable_dhcp: false}]}
          - {name: blue, project: p, subnets: [{name: blue-v4, cidr: 10.0.0.0/24}]}
          - {name: red, project: p, subnets: [{name: red-v4, cidr: 10.0.1.0/24}]}
          - {name: green, project: p, subnets: [{name: green-v4, cidr: 10.0.2.0/24}]}
        routers:
          - {name: edge, project: p, interfaces: [blue-v4], gateway: {network: ext}}
          - {name: side, project: p, interfaces: [red-v4]}
        servers:
          - {name: lark, project: p, hostname: lark, ports: [{network: blue, name: a}]}
          - {name: owl, project: p, hostname: owl, ports: [{network: red, name: b}]}
        """;

    private static readonly HostOptions Options = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly OwnInventory _inventory;
    private readonly WantedRevision _former;

    public WantedRevisionTests()
    {
        _inventory = OwnInventory.Open(Path.Combine(_directory.Path, "inventory.sqlite"));
        Apply(Yaml);
        _former = WantedRevision.Of(_inventory.WithDhcpPorts("host"), Options, former: null);
    }

    public static TheoryData<string, string[], string[]> Changes => new()
    {
        { "servers: [{name: wren, project: p, hostname: wren, ports: [{network: green, name: c}]}]", ["green"], [] },
        { "servers: [{name: owl, project: p, hostname: barn, ports: [{network: red, name: b}]}]", ["red"], [] },
        { "servers: [{name: owl, project: p, hostname: owl, metadata: {colour: white}, ports: [{network: red, name: b}]}]", [], [] },
        { "networks: [{name: grey, project: p, subnets: [{name: grey-v4, cidr: 10.0.3.0/24}]}]", ["grey"], [] },
        { "networks: [{name: green, project: p, mtu: 1400, subnets: [{name: green-v4, cidr: 10.0.2.0/24}]}]", ["green"], [] },
        { "networks: [{name: red, project: p, subnets: [{name: red-v4, cidr: 10.0.1.0/24, dns_nameservers: [10.0.1.9]}]}]", ["red"], ["side"] },
        { "routers: [{name: side, project: p, interfaces: [red-v4, green-v4]}]", ["green"], ["side"] },
        { "floating_ips: [{network: ext, address: 203.0.113.20, port: a}]", [], ["edge"] },
    };

    public static TheoryData<string> ChangesAlone => [.. Changes.Select(row => row.Data.Item1)];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_a_look_at_what_it_touches_and_at_nothing_else(string change, string[] networks, string[] routers)
    {
        Apply(change);
        var cloud = _inventory.WithDhcpPorts("host");

        var next = WantedRevision.Of(cloud, Options, _former);

        Assert.Equal(networks.Order(StringComparer.Ordinal), next.Host.Networks.Except(_former.Host.Networks, ReferenceEqualityComparer.Instance).Cast<WantedNetwork>().Select(n => cloud.Networks[n.Id].Name).Order(StringComparer.Ordinal));
        Assert.Equal(routers, next.Host.Routers.Except(_former.Host.Routers, ReferenceEqualityComparer.Instance).Cast<WantedRouter>().Select(r => cloud.Routers[r.Id].Name));
    }

    [Theory]
    [MemberData(nameof(ChangesAlone))]
    public void What_is_kept_of_the_revision_before_is_what_would_be_made_anew(string change)
    {
        Apply(change);
        var cloud = _inventory.WithDhcpPorts("host");

        var (next, anew) = (WantedRevision.Of(cloud, Options, _former), WantedRevision.Of(cloud, Options, former: null));

        AssertSame(anew, next);
    }

    [Fact]
    public void Ports_that_are_as_before_are_the_same_so_that_their_guard_is_not_looked_at()
    {
        Apply("servers: [{name: owl, project: p, hostname: owl, metadata: {colour: white}, ports: [{network: red, name: b}]}]");

        var next = WantedRevision.Of(_inventory.WithDhcpPorts("host"), Options, _former);

        Assert.NotEqual(_former.Revision, next.Revision);
        Assert.Equal(_former.Host.Ports!.Value, next.Host.Ports!.Value, ReferenceEqualityComparer.Instance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_any_changes_what_was_kept_is_what_would_be_made_anew(int seed)
    {
        var random = new Random(seed);
        var cloud = _inventory.Read();
        var next = _former;
        for (var step = 0; step < 120; step++)
        {
            cloud = Enumerable.Range(0, random.Next(1, 4)).Aggregate(cloud, (changing, _) => AnyChange(changing, random)) with { Revision = cloud.Revision + 1 };
            next = WantedRevision.Of(cloud, Options, next);

            AssertSame(WantedRevision.Of(cloud, Options, former: null), next);
        }
    }

    [Fact]
    public void Dhcp_ports_that_are_looked_for_where_something_changed_are_those_that_would_be_looked_for_everywhere()
    {
        var cloud = _inventory.WithDhcpPorts("host");
        var random = new Random(7);
        for (var step = 0; step < 120; step++)
        {
            var changed = AnyChange(AnyChange(cloud, random), random);

            var some = Planner.EnsureDhcpPorts(changed, "host", CloudChange.Between(cloud, changed).Networks);

            Assert.Equal(Dhcp(Planner.EnsureDhcpPorts(changed, "host")), Dhcp(some));
            cloud = some;
        }

        static IEnumerable<string> Dhcp(Cloud cloud) =>
            cloud.Ports.Values.Where(NetworkView.IsDhcp).Select(p => $"{p.DeviceId} {p.NetworkId} {string.Join(' ', p.FixedIps)}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public void By_other_choices_of_the_operator_everything_is_made_anew()
    {
        var next = WantedRevision.Of(_inventory.WithDhcpPorts("host"), Options with { DnsDomain = "example" }, _former);

        Assert.All(next.Host.Networks, n => Assert.DoesNotContain(n, _former.Host.Networks, ReferenceEqualityComparer.Instance));
        Assert.All(next.Host.Networks.Where(n => n.Dhcp is not null), n => Assert.Equal("example", n.Dhcp!.DnsDomain));
    }

    public void Dispose()
    {
        _inventory.Dispose();
        _directory.Dispose();
    }

    // As the command line does it, which is a process of its own.
    private void Apply(string yaml)
    {
        using var other = OwnInventory.Open(Path.Combine(_directory.Path, "inventory.sqlite"));
        other.Change(cloud => Planner.Apply(cloud, CloudFile.Parse(yaml, Path.GetTempPath())).Next);
    }

    private static void AssertSame(WantedRevision anew, WantedRevision next)
    {
        Assert.Equal(anew.Host.Networks.SelectMany(Text), next.Host.Networks.SelectMany(Text));
        Assert.Equal(anew.Host.Routers.Select(Text), next.Host.Routers.Select(Text));
        Assert.Equal(anew.Host.Ports!.Value.Select(Text), next.Host.Ports!.Value.Select(Text));
        Assert.Equal(anew.Listeners, next.Listeners);
    }

    // One record more, less or other. The rules are kept as far as references go: nothing stands on a network that is gone.
    private static Cloud AnyChange(Cloud cloud, Random random)
    {
        var network = Any(cloud.Networks);
        switch (random.Next(8))
        {
            case 0 when network is not null && Any(cloud.Servers) is { } server:
                var address = IPAddress.Parse($"10.0.9.{random.Next(1, 250)}");
                var port = new Port
                {
                    Id = NewId(), NetworkId = network.Id, ProjectId = network.ProjectId, Mac = new PhysicalAddress([2, 0, 0, 0, (byte)random.Next(256), (byte)random.Next(256)]),
                    DeviceId = server.Id, DeviceOwner = "compute:nova", FixedIps = Subnets(network).Select(s => new FixedIp(s.Id, address)).ToImmutableArray(),
                };
                return cloud with { Ports = cloud.Ports.SetItem(port.Id, port) };
            case 1 when Any(cloud.Ports) is { } some:
                return cloud with { Ports = cloud.Ports.SetItem(some.Id, some with { PortSecurity = !some.PortSecurity, DnsName = $"name{random.Next(9)}" }) };
            case 2 when Any(cloud.Ports) is { } gone && !NetworkView.IsRouterPort(gone):
                return cloud with { Ports = cloud.Ports.Remove(gone.Id) };
            case 3 when Any(cloud.Servers) is { } renamed:
                return cloud with { Servers = cloud.Servers.SetItem(renamed.Id, renamed with { Hostname = $"host{random.Next(9)}" }) };
            case 4 when Any(cloud.Subnets) is { } subnet:
                return cloud with { Subnets = cloud.Subnets.SetItem(subnet.Id, subnet with { EnableDhcp = random.Next(3) > 0, DnsNameservers = [IPAddress.Parse($"10.0.0.{random.Next(1, 250)}")] }) };
            case 5:
                var made = new Network { Id = NewId(), Name = NewId(), ProjectId = "p" };
                var prefix = new Subnet { Id = NewId(), Name = "v4", NetworkId = made.Id, Cidr = IPNetwork.Parse($"10.{random.Next(1, 250)}.0.0/24") };
                return cloud with { Networks = cloud.Networks.SetItem(made.Id, made), Subnets = cloud.Subnets.SetItem(prefix.Id, prefix) };
            case 6 when network is not null && cloud.Networks.Count > 3 && !cloud.Ports.Values.Any(p => p.NetworkId == network.Id && p.DeviceOwner.StartsWith("network:router", StringComparison.Ordinal)):
                return cloud with
                {
                    Networks = cloud.Networks.Remove(network.Id), Subnets = cloud.Subnets.RemoveRange(Subnets(network).Select(s => s.Id)),
                    Ports = cloud.Ports.RemoveRange(cloud.Ports.Values.Where(p => p.NetworkId == network.Id).Select(p => p.Id)),
                };
            case 7 when network is not null:
                return cloud with { Networks = cloud.Networks.SetItem(network.Id, network with { Mtu = random.Next(1300, 1500) }) };
            default:
                return cloud;
        }

        IEnumerable<Subnet> Subnets(Network of) => cloud.Subnets.Values.Where(s => s.NetworkId == of.Id);

        // In an order that is the same in each run.
        T? Any<T>(ImmutableDictionary<string, T> things)
            where T : class => things.IsEmpty ? null : things.OrderBy(t => t.Key, StringComparer.Ordinal).ElementAt(random.Next(things.Count)).Value;

        string NewId()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes).ToString("D");
        }
    }

    private static string Text(WantedPort port) => $"{port.Id} {port.NetworkId} {port.Mac} {port.Trust} {string.Join(' ', port.Addresses)} {string.Join(' ', port.Pairs)}";

    private static IEnumerable<string> Text(WantedNetwork network)
    {
        yield return $"{network.Id} {network.Mtu} {network.Uplink}";
        if (network.Dhcp is not { } dhcp) yield break;
        yield return $"{dhcp.PortId} {dhcp.Mac} {dhcp.MetadataV4} {dhcp.MetadataV6} {dhcp.GatewayV4} {dhcp.GatewayV6} {string.Join(' ', dhcp.Addresses)}";
        yield return DnsmasqFiles.Render(dhcp).ToString();
        foreach (var argument in DnsmasqCommandLine.Render("/var/lib/firstlight", network, dhcp)) yield return argument;
    }

    private static string Text(WantedRouter router) =>
        $"{router.Id} {string.Join(' ', router.Interfaces.SelectMany(i => i.Addresses.Select(a => $"{i.PortId} {a}")))} {router.Gateway?.PortId} {string.Join(' ', router.Gateway?.FloatingIps ?? [])}";
}
