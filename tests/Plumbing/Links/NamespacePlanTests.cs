using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Links;

public sealed class NamespacePlanTests
{
    private static readonly WantedDevice Wanted = new(
        "ns-1", "tap1", "brq1", PhysicalAddress.Parse("fa163e000070"), 1450,
        [new InterfaceAddress(IPAddress.Parse("10.0.0.65"), 26), WantedDevice.MetadataV4, WantedDevice.MetadataV6])
    {
        Gateways = [IPAddress.Parse("10.0.0.126")],
    };

    private const string AsWanted = """
        [{"ifname":"lo","flags":["LOOPBACK","UP"],"mtu":65536,"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
         {"ifname":"ns-1","flags":["UP"],"mtu":1450,"address":"fa:16:3e:00:00:70","addr_info":[
          {"family":"inet","local":"10.0.0.65","prefixlen":26,"scope":"global"},{"family":"inet","local":"169.254.169.254","prefixlen":32,"scope":"global"},
          {"family":"inet6","local":"fe80::a9fe:a9fe","prefixlen":64,"scope":"link"},{"family":"inet6","local":"fe80::f816:3eff:fe00:70","prefixlen":64,"scope":"link"}]}]
        [{"dst":"default","gateway":"10.0.0.126","dev":"ns-1","flags":[]},{"type":"local","dst":"10.0.0.65","dev":"ns-1","table":"local","flags":[]}]
        """;

    [Fact]
    public void What_is_as_wanted_needs_no_line() => Assert.Empty(Lines(AsWanted));

    [Fact]
    public void An_empty_namespace_gets_everything_in_order() => Assert.Equal(
        [
            "link set dev lo up", "link set dev ns-1 up", "addr add 10.0.0.65/26 dev ns-1 broadcast +", "addr add 169.254.169.254/32 dev ns-1",
            "addr add fe80::a9fe:a9fe/64 dev ns-1 nodad preferred_lft 0", "route replace default via 10.0.0.126 dev ns-1 proto static",
        ],
        NamespacePlan.Lines(LinkDump.Nothing, [Wanted]));

    [Fact]
    public void Foreign_addresses_go_and_the_kernels_own_link_local_stays() => Assert.Equal(
        ["addr del 10.0.0.66/26 dev ns-1", "addr add 10.0.0.65/26 dev ns-1 broadcast +"],
        Lines(AsWanted.Replace("10.0.0.65\",\"prefixlen", "10.0.0.66\",\"prefixlen", StringComparison.Ordinal)));

    [Fact]
    public void Another_default_route_is_replaced() => Assert.Equal(
        ["route del default via 10.0.0.99 dev ns-1", "route replace default via 10.0.0.126 dev ns-1 proto static"],
        Lines(AsWanted.Replace("10.0.0.126", "10.0.0.99", StringComparison.Ordinal)));

    [Fact]
    public void An_address_that_failed_duplicate_detection_is_set_anew() => Assert.Equal(
        ["addr del fe80::a9fe:a9fe/64 dev ns-1", "addr add fe80::a9fe:a9fe/64 dev ns-1 nodad preferred_lft 0"],
        Lines(AsWanted.Replace("\"fe80::a9fe:a9fe\",", "\"fe80::a9fe:a9fe\",\"dadfailed\":true,", StringComparison.Ordinal)));

    [Fact]
    public void A_gateway_outside_every_prefix_gets_a_route_of_its_own_first() => Assert.Equal(
        ["route replace 192.0.2.1/32 dev ns-1 proto static scope link", "route replace default via 192.0.2.1 dev ns-1 proto static"],
        NamespacePlan.Lines(LinkDump.Nothing, [Wanted with { Gateways = [IPAddress.Parse("192.0.2.1")] }]).TakeLast(2));

    private static List<string> Lines(string dump) => NamespacePlan.Lines(LinkDump.Parse(dump), [Wanted]);
}
