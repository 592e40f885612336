using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Dnsmasq;

public sealed class OptionsTests
{
    private static readonly WantedSubnet First = new() { Id = "first", Cidr = IPNetwork.Parse("10.0.0.64/26"), Gateway = IPAddress.Parse("10.0.0.126") };

    [Fact]
    public void Classless_routes_come_as_siblings_last_first_then_host_routes_then_metadata_then_default()
    {
        var subnet = First with
        {
            MetadataNextHop = IPAddress.Parse("10.0.0.66"),
            HostRoutes = [new SubnetRoute(IPNetwork.Parse("192.0.2.0/24"), IPAddress.Parse("10.0.0.9")), new SubnetRoute(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse("10.0.0.7"))],
        };
        var second = new WantedSubnet { Id = "second", Cidr = IPNetwork.Parse("10.1.0.0/24"), Dhcp = false };
        var third = new WantedSubnet { Id = "third", Cidr = IPNetwork.Parse("10.2.0.0/24"), Dhcp = false };

        var lines = Options(subnet, second, third).Split('\n');

        const string Routes = "10.2.0.0/24,0.0.0.0,10.1.0.0/24,0.0.0.0,192.0.2.0/24,10.0.0.9,169.254.169.254/32,10.0.0.66,0.0.0.0/0,10.0.0.126";
        Assert.Equal([$"tag:subnet-first,option:classless-static-route,{Routes}", $"tag:subnet-first,249,{Routes}", "tag:subnet-first,option:router,10.0.0.126"], lines);
    }

    [Fact]
    public void Without_any_other_route_the_gateway_is_told_as_router_only() =>
        Assert.Equal("tag:subnet-first,option:router,10.0.0.126", Options(First));

    [Fact]
    public void A_default_host_route_stands_for_a_missing_gateway() =>
        Assert.Equal(
            "tag:subnet-first,option:router,10.0.0.7",
            Options(First with { Gateway = null, HostRoutes = [new SubnetRoute(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse("10.0.0.7"))] }));

    [Fact]
    public void An_unspecified_dns_server_means_none_is_told() =>
        Assert.StartsWith("tag:subnet-first,option:dns-server\n", Options(First with { Dns = [IPAddress.Any] }), StringComparison.Ordinal);

    [Fact]
    public void A_slaac_subnet_has_no_range_and_no_options()
    {
        var slaac = new WantedSubnet { Id = "six", Cidr = IPNetwork.Parse("fd00::/64"), V6 = DhcpV6Service.Slaac, Dns = [IPAddress.Parse("fd00::53")] };

        Assert.Equal("", Options(slaac));
        Assert.DoesNotContain(CommandLine(slaac), a => a.StartsWith("--dhcp-range", StringComparison.Ordinal));
    }

    [Fact]
    public void An_infinite_lease_is_told_as_such() =>
        Assert.Contains("--dhcp-range=set:subnet-first,10.0.0.64,static,255.255.255.192,infinite", CommandLine(First, leaseSeconds: -1));

    [Fact]
    public void Without_a_domain_names_stand_alone()
    {
        var dhcp = Dhcp(First) with { DnsDomain = "", Hosts = [new HostEntry(PhysicalAddress.Parse("fa163e000001"), "first", IPAddress.Parse("10.0.0.70"), "host-10-0-0-70")] };

        Assert.Equal("fa:16:3e:00:00:01,host-10-0-0-70,10.0.0.70\n", DnsmasqFiles.Render(dhcp).Host);
        Assert.DoesNotContain(DnsmasqCommandLine.Render("/d/n", new WantedNetwork { Id = "n" }, dhcp), a => a.StartsWith("--domain", StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_with_options_is_tagged_and_its_options_come_last()
    {
        var stateless = new WantedSubnet { Id = "six", Cidr = IPNetwork.Parse("fd00::/64"), V6 = DhcpV6Service.Stateless };
        var mac = PhysicalAddress.Parse("fa163eaabbcc");
        var dhcp = Dhcp(First, stateless) with
        {
            Hosts =
            [
                new HostEntry(mac, "six", IPAddress.Parse("fd00::f816:3eff:feaa:bbcc"), "web01") { OptionsOf = "5b0a", ClientId = "my-client" },
                new HostEntry(mac, "first", IPAddress.Parse("10.0.0.71"), "web01") { OptionsOf = "5b0a", ClientId = "my-client" },
            ],
            PortOptions = [new PortOption("5b0a", V6: false, "bootfile-name", "pxelinux.0"), new PortOption("5b0a", V6: false, "67", "x"), new PortOption("5b0a", V6: true, "59", "y")],
        };

        Assert.Equal(
            "fa:16:3e:aa:bb:cc,tag:dhcpv6,set:port-5b0a\nfa:16:3e:aa:bb:cc,id:my-client,web01.openstacklocal,10.0.0.71,set:port-5b0a\n",
            DnsmasqFiles.Render(dhcp).Host);
        Assert.EndsWith(
            "\ntag:port-5b0a,option:bootfile-name,pxelinux.0\ntag:port-5b0a,67,x\ntag:port-5b0a,option6:59,y", DnsmasqOptions.Render(dhcp), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operator_adds_stands_where_Neutron_has_it()
    {
        var tuning = new DnsmasqTuning
        {
            ConfigFile = "/etc/more.conf", DnsServers = ["9.9.9.9", "1.1.1.1"], LocalResolv = true, BroadcastReply = true, RenewalSeconds = 10, RebindingSeconds = 20, LeaseMax = 5,
        };

        var line = DnsmasqCommandLine.Render("/d/n", new WantedNetwork { Id = "n" }, Dhcp(First) with { Tuning = tuning });

        Assert.Contains("--no-resolv", line);
        Assert.Equal(
            ["--dhcp-lease-max=5", "--dhcp-option-force=option:T1,10s", "--dhcp-option-force=option:T2,20s", "--conf-file=/etc/more.conf", "--server=9.9.9.9", "--server=1.1.1.1", "--domain=openstacklocal", "--dhcp-broadcast"],
            line.SkipWhile(a => !a.StartsWith("--dhcp-lease-max", StringComparison.Ordinal)));
        Assert.DoesNotContain("--no-resolv", DnsmasqCommandLine.Render("/d/n", new WantedNetwork { Id = "n" }, Dhcp(First) with { Tuning = new DnsmasqTuning { LocalResolv = true } }));
    }

    private static string Options(params WantedSubnet[] subnets) => DnsmasqOptions.Render(Dhcp(subnets));

    private static IReadOnlyList<string> CommandLine(WantedSubnet subnet, int leaseSeconds = 86_400) =>
        DnsmasqCommandLine.Render("/d/n", new WantedNetwork { Id = "n" }, Dhcp(subnet) with { LeaseSeconds = leaseSeconds });

    private static WantedDhcp Dhcp(params WantedSubnet[] subnets) => new() { PortId = "p", Mac = PhysicalAddress.Parse("fa163e000000"), Subnets = [.. subnets] };
}
