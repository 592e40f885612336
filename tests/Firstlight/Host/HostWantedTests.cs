using Firstlight.Host;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Tests.Host;

public sealed class HostWantedTests
{
    private static readonly HostOptions AsRecorded = new() { ForceMetadata = true, DnsDomain = "openstacklocal." };

    public static TheoryData<string> Networks => [.. RecordedCloud.Networks];

    [Theory]
    [MemberData(nameof(Networks))]
    public void From_inventory_to_dnsmasq_every_byte_is_what_Neutron_made(string network)
    {
        var wanted = HostWanted.From(RecordedCloud.Read(), AsRecorded).Networks.Single(n => n.Id == network);

        var files = DnsmasqFiles.Render(wanted.Dhcp!);

        Assert.Equal(RecordedCloud.Golden(network, "host"), files.Host);
        Assert.Equal(RecordedCloud.Golden(network, "addn_hosts"), files.AddnHosts);
        Assert.Equal(RecordedCloud.Golden(network, "opts"), files.Opts);
        Assert.Equal(
            RecordedCloud.Golden(network, "cmdline").TrimEnd('\n').Split('\n'),
            DnsmasqCommandLine.Render($"LAB_DIR/state/neutron/dhcp/{network}", wanted, wanted.Dhcp!));
    }

    [Fact]
    public void Dhcp_port_stands_with_all_its_addresses_and_the_gateways_of_its_subnets()
    {
        var dhcp = HostWanted.From(RecordedCloud.Read(), AsRecorded).Networks.Single(n => n.Id == "c55efaee-ea7f-4ded-abf9-8753e0739770").Dhcp!;

        Assert.Equal(["10.1.1.2/24", "fd00:b::f816:3eff:fe8d:2ac3/64"], dhcp.Addresses.Select(a => a.ToString()));
        Assert.Equal("10.1.1.1", dhcp.GatewayV4!.ToString());
        Assert.Equal("fd00:b::1", dhcp.GatewayV6!.ToString());
        Assert.True(dhcp.MetadataV4);
        Assert.True(dhcp.MetadataV6);
    }

    [Fact]
    public void Fe80_a9fe_a9fe_is_not_added_where_no_subnet_has_ipv6() =>
        Assert.False(HostWanted.From(RecordedCloud.Read(), AsRecorded).Networks.Single(n => n.Id == "d6c53ac8-fff8-4ae6-8a36-a723a278dd47").Dhcp!.MetadataV6);

    [Fact]
    public void Routers_have_a_leg_for_each_interface_port_and_advertise_their_slaac_subnet()
    {
        var router = Assert.Single(HostWanted.From(RecordedCloud.Read(), AsRecorded).Routers);

        Assert.Equal(["10.1.1.1/24", "fd00:b::1/64"], router.Interfaces.SelectMany(i => i.Addresses).Select(a => a.ToString()));
        var advertisement = Assert.Single(router.Interfaces.SelectMany(i => i.Advertisements));
        Assert.Equal("fd00:b::/64", advertisement.Cidr.ToString());
        Assert.Equal(DhcpV6Service.Slaac, advertisement.Mode);
    }

    [Fact]
    public void A_network_without_dhcp_is_a_bridge_alone()
    {
        var wanted = HostWanted.From(RecordedCloud.Read(), AsRecorded).Networks.Single(n => n.Id == "bddba603-f05a-46b4-adbe-dc52b84dfa26");

        Assert.Null(wanted.Dhcp);
        Assert.Equal(1280, wanted.Mtu);
    }

    [Fact]
    public void The_same_cloud_gives_the_same_wanted_state_whatever_order_it_is_kept_in()
    {
        var cloud = RecordedCloud.Read();
        var turned = cloud with { Ports = System.Collections.Immutable.ImmutableDictionary.CreateRange(cloud.Ports.Reverse()) };

        Assert.Equal(Text(cloud), Text(turned));

        static string Text(Cloud cloud) => string.Concat(HostWanted.From(cloud, AsRecorded).Networks.Where(n => n.Dhcp is not null).Select(n => DnsmasqFiles.Render(n.Dhcp!).AddnHosts));
    }
}
