using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Own;

/// <summary>External networks, gateways of routers, floating addresses.</summary>
public sealed class OutsideTests : IDisposable
{
    private static readonly string Yaml = Clouds.Blue
        .Replace("networks:\n", """
            networks:
              - name: ext
                project: admin
                external: true
                uplink: eth1
                subnets: [{name: ext-v4, cidr: 203.0.113.0/24, enable_dhcp: false}]

            """, StringComparison.Ordinal)
        .Replace("interfaces: [blue-v4, blue-v6]", "interfaces: [blue-v4, blue-v6], gateway: {network: ext, address: 203.0.113.100}", StringComparison.Ordinal);

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_router_gets_a_port_on_the_external_network()
    {
        var cloud = Clouds.Of(Yaml);

        var gateway = GatewayOf(cloud);
        Assert.Equal((cloud.Router("edge").Id, cloud.Network("ext").Id), (gateway.DeviceId, gateway.NetworkId));
        Assert.Equal(["203.0.113.100"], gateway.FixedIps.Select(ip => ip.Address.ToString()));
        Assert.True(cloud.Router("edge").EnableSnat);
        Assert.Equal(("eth1", true), (cloud.Network("ext").Uplink, cloud.Network("ext").External));
        Assert.False(Planner.Apply(cloud, Clouds.Spec(Yaml)).HasChanges);
    }

    [Fact]
    public void An_address_that_is_left_open_is_allotted_once_and_snat_can_be_switched_off()
    {
        var cloud = Clouds.Of(Yaml.Replace(", address: 203.0.113.100", "", StringComparison.Ordinal));
        Assert.Equal("203.0.113.2", GatewayOf(cloud).FixedIps.Single().Address.ToString());

        var plan = Planner.Apply(cloud, Clouds.Spec("routers: [{name: edge, project: demo, gateway: {network: ext, snat: false}}]"));

        Assert.Equal(["snat"], plan.Items.Single(i => i.Kind == ResourceKind.Router).ChangedFields);
        Assert.Equal(GatewayOf(cloud), GatewayOf(plan.Next));
        Assert.False(plan.Next.Router("edge").EnableSnat);
        Assert.False(Planner.Apply(plan.Next, Clouds.Spec("routers: [{name: edge, project: demo}]")).HasChanges);
    }

    [Fact]
    public void A_gateway_goes_by_the_word_none()
    {
        var plan = Planner.Apply(Clouds.Of(Yaml), Clouds.Spec("routers: [{name: edge, project: demo, gateway: none}]"));

        Assert.Equal(["gateway"], plan.Items.Single(i => i.Kind == ResourceKind.Router).ChangedFields);
        Assert.DoesNotContain(plan.Next.Ports.Values, p => p.DeviceOwner == DeviceOwners.RouterGateway);
    }

    [Fact]
    public void A_floating_address_leads_to_a_port_and_is_known_by_it_afterwards()
    {
        const string More = "floating_ips: [{network: ext, project: demo, server: web}]";
        var cloud = Clouds.Apply(Clouds.Of(Yaml), More);

        var floating = cloud.FloatingIps.Values.Single();

        Assert.Equal(("203.0.113.2", "10.0.0.5", cloud.PortOf("web").Id), (floating.Address.ToString(), floating.FixedAddress!.ToString(), floating.PortId));
        Assert.Equal(cloud.Router("edge").Id, new FloatingRoutes(cloud).RouterOf(floating));
        Assert.False(Planner.Apply(cloud, Clouds.Spec(More)).HasChanges);
        Assert.Equal(floating.Id, Planner.Resolve(cloud, ResourceKind.FloatingIp, "203.0.113.2", null));

        var loose = Clouds.Apply(cloud, "floating_ips: [{network: ext, address: 203.0.113.2, port: none}]").FloatingIps.Values.Single();
        Assert.Equal((floating.Id, null, null), (loose.Id, loose.PortId, loose.FixedAddress));
    }

    [Fact]
    public void A_floating_address_stays_when_its_server_goes_and_leads_nowhere()
    {
        var cloud = Clouds.Apply(Clouds.Of(Yaml), "floating_ips: [{network: ext, address: 203.0.113.20, server: web}]");

        var after = Planner.Delete(cloud, ResourceKind.Server, "web", null).Next;

        Assert.Null(after.FloatingIps.Values.Single().PortId);
        Assert.Empty(Planner.Delete(after, ResourceKind.FloatingIp, "203.0.113.20", null).Next.FloatingIps);
    }

    [Theory]
    [InlineData("networks: [{name: ext, project: admin, external: false}]", "line 1: network ext: uplink: needs external: true: what is plugged in reaches every guest")]
    [InlineData("networks: [{name: two, project: admin, external: true, uplink: eth1}]", "uplink: eth1 is the uplink of network")]
    [InlineData("networks: [{name: two, project: admin, external: true, uplink: 'eth 1'}]", "line 1: network two: uplink: 'eth 1' is not the name of a device (1 to 15 characters, no blank and no slash)")]
    [InlineData("routers: [{name: r, project: demo, gateway: {network: blue}}]", "line 1: router r: gateway: network blue is not external")]
    [InlineData("routers: [{name: r, project: demo, gateway: {network: ext, address: 203.0.114.9}}]", "line 1: router r: gateway: 203.0.114.9 is in no subnet of network ext")]
    [InlineData("routers: [{name: r, project: demo, gateway: {network: ext, address: 203.0.113.100}}]", "203.0.113.100 is port")]
    [InlineData("routers: [{name: r, project: demo, gateway: ext}]", "line 1: router r: gateway: is 'ext', neither a mapping nor none")]
    [InlineData("routers: [{name: r, project: demo, gateway: {network: nowhere}}]", "line 1: router r: gateway: there is no network nowhere")]
    [InlineData("routers: [{name: edge, project: demo, interfaces: [ext-v4]}]", "line 1: router edge: gateway: it has an interface on network ext as well")]
    [InlineData("floating_ips: [{network: ext}]", "line 1: floating ip: address: is missing, and so are port and server: one of them says which floating address is meant")]
    [InlineData("floating_ips: [{network: blue, address: 10.0.0.9}]", "line 1: floatingip 10.0.0.9: network: network blue is not external")]
    [InlineData("floating_ips: [{network: ext, address: 10.0.0.9}]", "line 1: floatingip 10.0.0.9: address: 10.0.0.9 is in no IPv4 subnet of network ext")]
    [InlineData("floating_ips: [{network: ext, address: 203.0.113.1}]", "line 1: floatingip 203.0.113.1: address: 203.0.113.1 is the gateway of subnet ext-v4")]
    [InlineData("floating_ips: [{network: ext, address: 203.0.113.100}]", "line 1: floatingip 203.0.113.100: address: 203.0.113.100 is port")]
    [InlineData("floating_ips: [{network: ext, address: 203.0.113.9, server: nobody}]", "line 1: floatingip 203.0.113.9: server: there is no server nobody")]
    [InlineData("floating_ips: [{network: ext, address: 203.0.113.9, server: web, fixed_ip: 10.0.0.6}]", "line 1: floatingip 203.0.113.9: fixed_ip: 10.0.0.6 is not an IPv4 address of port")]
    [InlineData("floating_ips: [{network: ext, address: 203.0.113.8, server: web}, {network: ext, address: 203.0.113.9, server: web}]", "has the floating address 203.0.113.")]
    public void What_leads_nowhere_or_to_two_places_is_refused_with_its_line(string yaml, string message) =>
        Assert.Contains(Clouds.Broken(() => Clouds.Apply(Clouds.Of(Yaml), yaml)), m => m.Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("routers: [{name: edge, project: demo, gateway: none}]")]
    [InlineData("routers: [{name: edge, project: demo, interfaces: [blue-v6]}]")]
    public void A_way_that_a_floating_address_needs_cannot_be_taken_away(string yaml)
    {
        var cloud = Clouds.Apply(Clouds.Of(Yaml), "floating_ips: [{network: ext, address: 203.0.113.20, server: web}]");

        Assert.Equal(
            ["floatingip 203.0.113.20: port: no router with a gateway on network ext has an interface on the subnet of 10.0.0.5"],
            Clouds.Broken(() => Clouds.Apply(cloud, yaml)));
    }

    [Fact]
    public void An_external_network_in_use_cannot_be_deleted()
    {
        var cloud = Clouds.Apply(Clouds.Of(Yaml), "floating_ips: [{network: ext, address: 203.0.113.20, server: web}]");

        Assert.Equal(["network ext: delete: is in use by router edge, floatingip 203.0.113.20"], Clouds.Broken(() => Planner.Delete(cloud, ResourceKind.Network, "ext", null)));
        var port = GatewayOf(cloud).Id;
        Assert.Equal([$"port {port}: delete: is in use by router edge"], Clouds.Broken(() => Planner.Delete(cloud, ResourceKind.Port, port, null)));
    }

    [Fact]
    public async Task The_floating_address_is_told_with_the_fixed_one_and_a_guest_is_never_found_on_the_external_network()
    {
        using var inventory = OwnInventory.Open(_directory.File);
        var cloud = inventory.Change(c => Clouds.Apply(Clouds.Apply(c, Yaml), "floating_ips: [{network: ext, address: 203.0.113.20, server: web}]"));

        var instance = await inventory.Instances.FindAsync(new(cloud.Server("web").Id), TestContext.Current.CancellationToken);

        var address = instance!.NetworkInfo.Single().Network!.Subnets[0].Addresses.Single();
        Assert.Equal("10.0.0.5", address.Address);
        Assert.Equal(["203.0.113.20"], address.FloatingAddresses);
        Assert.Empty(instance.NetworkInfo.Single().Network!.Subnets[1].Addresses.Single().FloatingAddresses);
        var outside = new PortQuery(new Scope(ScopeKind.Router, cloud.Router("edge").Id), IPAddress.Parse("203.0.113.100"), null);
        Assert.Equal(PortOutcome.Unknown, (await inventory.Ports.FindAsync(outside, TestContext.Current.CancellationToken)).Outcome);
    }

    [Fact]
    public void All_of_it_is_read_back_after_reopening()
    {
        var more = "floating_ips: [{network: ext, address: 203.0.113.20, server: web}]\n"
            + "ports: [{name: x, network: blue, dns_name: printer, extra_dhcp_opts: [{opt_name: bootfile-name, opt_value: pxelinux.0}, {opt_name: '59', opt_value: 'http://x/', ip_version: 6}]}]";
        Cloud stored;
        using (var inventory = OwnInventory.Open(_directory.File)) stored = inventory.Change(c => Clouds.Apply(Clouds.Apply(c, Yaml), more));

        using var again = OwnInventory.Open(_directory.File);
        var read = again.Read();

        Assert.Equal(stored.FloatingIps.Values.Single(), read.FloatingIps.Values.Single());
        Assert.Equal(stored.Router("edge"), read.Router("edge"));
        Assert.Equal(stored.Network("ext"), read.Network("ext"));
        var port = read.Ports.Values.Single(p => p.Name == "x");
        Assert.Equal("printer", port.DnsName);
        Assert.Equal([new ExtraDhcpOption("bootfile-name", "pxelinux.0", 4), new ExtraDhcpOption("59", "http://x/", 6)], port.ExtraDhcpOptions);
        Assert.False(Planner.Apply(read, Clouds.Spec(more)).HasChanges);
    }

    [Theory]
    [InlineData("dns_name: a.b", "dns_name: 'a.b' is not a host name of one label (letters, digits, hyphens; at most 63)")]
    [InlineData("dns_name: \"a\\nb\"", "is not a host name of one label")]
    [InlineData("extra_dhcp_opts: [{opt_name: 'a,b'}]", "extra_dhcp_opts: 'a,b' is not the name or number of a DHCP option")]
    [InlineData("extra_dhcp_opts: [{opt_name: a, opt_value: \"x\\ny\"}]", "extra_dhcp_opts: has control characters")]
    [InlineData("extra_dhcp_opts: [{opt_name: a, ip_version: 5}]", "extra_dhcp_opts: 5 is not an IP version (4 or 6)")]
    [InlineData("extra_dhcp_opts: [{opt_name: a}, {opt_name: a}]", "extra_dhcp_opts: a is there twice for IPv4")]
    [InlineData("extra_dhcp_opts: [{opt_name: client-id, opt_value: 'a,b'}]", "extra_dhcp_opts: a client identifier has no commas: 'a,b'")]
    public void What_would_break_out_of_dnsmasqs_files_is_refused(string field, string message) =>
        Assert.Contains(message, Assert.Single(Clouds.Broken(() => Clouds.Apply(Clouds.Of(Yaml), $"ports: [{{name: x, network: blue, {field}}}]"))), StringComparison.Ordinal);

    private static Port GatewayOf(Cloud cloud) => cloud.Ports.Values.Single(p => p.DeviceOwner == DeviceOwners.RouterGateway);
}
