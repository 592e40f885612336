using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
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

        Assert.Equal(anew.Host.Networks.SelectMany(Text), next.Host.Networks.SelectMany(Text));
        Assert.Equal(anew.Host.Routers.Select(Text), next.Host.Routers.Select(Text));
        Assert.Equal(anew.Host.Ports!.Value.Select(p => (p.Id, p.Mac, p.Trust, string.Join(' ', p.Addresses))), next.Host.Ports!.Value.Select(p => (p.Id, p.Mac, p.Trust, string.Join(' ', p.Addresses))));
        Assert.Equal(anew.Listeners, next.Listeners);
    }

    [Fact]
    public void Ports_that_are_as_before_are_the_same_so_that_their_guard_is_not_looked_at()
    {
        Apply("servers: [{name: owl, project: p, hostname: owl, metadata: {colour: white}, ports: [{network: red, name: b}]}]");

        var next = WantedRevision.Of(_inventory.WithDhcpPorts("host"), Options, _former);

        Assert.NotEqual(_former.Revision, next.Revision);
        Assert.Equal(_former.Host.Ports!.Value, next.Host.Ports!.Value, ReferenceEqualityComparer.Instance);
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
