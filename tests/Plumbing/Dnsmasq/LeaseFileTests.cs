using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Dnsmasq;

public sealed class LeaseFileTests
{
    private const string Existing = """
        1795305600 fa:16:3e:00:00:01 10.0.0.70 host-10-0-0-70 01:fa:16:3e:00:00:01
        1795305600 fa:16:3e:00:00:02 10.0.0.71 host-10-0-0-71 *
        duid 00:01:00:01:30:b5:aa:bb:fa:16:3e:00:00:00
        1795305600 12345 fd00::70 host-fd00--70 00:01:00:01:30:b5:cc:dd:fa:16:3e:00:00:01
        1795305600 12346 fd00::71 host-fd00--71 00:01:00:01:30:b5:cc:de:fa:16:3e:00:00:02

        """;

    private const string FormerHost = "fa:16:3e:00:00:01,tag:dhcpv6,host-fd00--70.x,[fd00::70]\nfa:16:3e:00:00:02,tag:dhcpv6,host-fd00--71.x,[fd00::71]\n";

    [Fact]
    public void Leases_of_ports_that_still_stand_are_not_stale() => Assert.Empty(LeaseFile.StaleAddresses(Dhcp("fa163e000001", "fa163e000002"), Existing, FormerHost));

    [Fact]
    public void An_address_that_went_to_another_port_is_stale_in_both_families() =>
        Assert.Equal(["10.0.0.71", "fd00::71"], LeaseFile.StaleAddresses(Dhcp("fa163e000001", "fa163e000003"), Existing, FormerHost).Order(StringComparer.Ordinal));

    [Fact]
    public void A_start_keeps_the_servers_own_id_and_the_leases_that_hold() => Assert.Equal(
        """
        0 fa:16:3e:00:00:01 10.0.0.70 * *
        0 fa:16:3e:00:00:03 10.0.0.71 * *
        duid 00:01:00:01:30:b5:aa:bb:fa:16:3e:00:00:00
        1795305600 12345 fd00::70 host-fd00--70 00:01:00:01:30:b5:cc:dd:fa:16:3e:00:00:01

        """,
        LeaseFile.Render(Dhcp("fa163e000001", "fa163e000003"), Existing, FormerHost));

    private static WantedDhcp Dhcp(string first, string second) => new()
    {
        PortId = "p",
        Mac = PhysicalAddress.Parse("fa163e000000"),
        Subnets =
        [
            new WantedSubnet { Id = "four", Cidr = IPNetwork.Parse("10.0.0.64/26") },
            new WantedSubnet { Id = "six", Cidr = IPNetwork.Parse("fd00::/64"), V6 = DhcpV6Service.Stateful },
        ],
        Hosts =
        [
            new HostEntry(PhysicalAddress.Parse(first), "four", IPAddress.Parse("10.0.0.70"), "a"),
            new HostEntry(PhysicalAddress.Parse(first), "six", IPAddress.Parse("fd00::70"), "a"),
            new HostEntry(PhysicalAddress.Parse(second), "four", IPAddress.Parse("10.0.0.71"), "b"),
            new HostEntry(PhysicalAddress.Parse(second), "six", IPAddress.Parse("fd00::71"), "b"),
        ],
    };
}
