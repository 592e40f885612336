using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Reconcile;
using LinkAddress = Firstlight.Plumbing.Links.LinkAddress;

namespace Firstlight.Plumbing.Tests.Links;

public sealed class NamespacePlanTests
{
    private static readonly WantedDevice Wanted = new(
        "ns-1", "tap1", "brq1", PhysicalAddress.Parse("fa163e000070"), 1450,
        [new InterfaceAddress(IPAddress.Parse("10.0.0.65"), 26), WantedDevice.MetadataV4, WantedDevice.MetadataV6])
    {
        Gateways = [IPAddress.Parse("10.0.0.126")],
    };

    private static readonly string[] Prefixes = ["10.0.0.64/26", "fe80::/64"];

    private static readonly LinkAddress[] Addresses =
    [
        Address("10.0.0.65", 26), Address("169.254.169.254", 32), Address("fe80::a9fe:a9fe", 64), Address("fe80::f816:3eff:fe00:70", 64),
    ];

    [Fact]
    public void What_is_as_wanted_needs_no_line() => Assert.Empty(Lines(Addresses, "10.0.0.126"));

    [Fact]
    public void An_empty_namespace_gets_everything_in_order_and_neighbours_are_told() => Assert.Equal(
        [
            "link set dev lo up", "link set dev ns-1 up", "addr add 10.0.0.65/26 dev ns-1 broadcast +", "addr add 169.254.169.254/32 dev ns-1",
            "addr add fe80::a9fe:a9fe/64 dev ns-1 nodad preferred_lft 0", "link set dev ns-1 address fa:16:3e:00:00:70", "route replace default via 10.0.0.126 dev ns-1 proto static",
        ],
        NamespacePlan.Lines(LinkDump.Nothing, [Wanted]));

    [Fact]
    public void Foreign_addresses_go_and_the_kernels_own_link_local_stays() => Assert.Equal(
        ["addr del 10.0.0.66/26 dev ns-1", "addr add 10.0.0.65/26 dev ns-1 broadcast +", "link set dev ns-1 address fa:16:3e:00:00:70"],
        Lines([Address("10.0.0.66", 26), .. Addresses[1..]], "10.0.0.126"));

    [Fact]
    public void Another_default_route_is_replaced() => Assert.Equal(
        ["route del default via 10.0.0.99 dev ns-1", "route replace default via 10.0.0.126 dev ns-1 proto static"],
        Lines(Addresses, "10.0.0.99"));

    [Fact]
    public void A_link_local_address_someone_deleted_comes_back_where_there_is_ipv6() => Assert.Equal(
        ["addr add fe80::f816:3eff:fe00:70/64 dev ns-1 nodad"],
        Lines(Addresses[..3], "10.0.0.126"));

    [Fact]
    public void A_kernel_without_ipv6_is_given_no_link_local_address() => Assert.Empty(Lines(Addresses[..2], "10.0.0.126", Wanted with { Addresses = Wanted.Addresses[..2] }, hasV6: false));

    [Fact]
    public void An_address_that_failed_duplicate_detection_is_set_anew() => Assert.Equal(
        ["addr del fe80::a9fe:a9fe/64 dev ns-1", "addr add fe80::a9fe:a9fe/64 dev ns-1 nodad preferred_lft 0", "link set dev ns-1 address fa:16:3e:00:00:70"],
        Lines([.. Addresses.Select(a => a.Address.ToString() is "fe80::a9fe:a9fe" ? a with { State = AddressState.Duplicate } : a)], "10.0.0.126"));

    [Fact]
    public void An_address_that_would_end_is_made_to_stay() => Assert.Equal(
        ["addr change 10.0.0.65/26 dev ns-1 broadcast + valid_lft forever", "addr change fe80::a9fe:a9fe/64 dev ns-1 nodad preferred_lft 0 valid_lft forever"],
        Lines([.. Addresses.Select((a, i) => a with { Ends = i % 2 == 0 })], "10.0.0.126"));

    [Fact]
    public void A_gateway_outside_every_prefix_gets_a_route_of_its_own_first() => Assert.Equal(
        ["route replace 192.0.2.1/32 dev ns-1 proto static scope link", "route replace default via 192.0.2.1 dev ns-1 proto static"],
        NamespacePlan.Lines(LinkDump.Nothing, [Wanted with { Gateways = [IPAddress.Parse("192.0.2.1")] }]).TakeLast(2));

    [Fact]
    public void Another_mac_is_set_right_in_place_once_the_addresses_stand_for_neighbours_are_told_of_them_then()
    {
        Device[] devices = [new("lo", Mac: null, 65536, Up: true, Master: null, [Address("::1", 128)]), new("ns-1", PhysicalAddress.Parse("020000000001"), 1450, Up: true, Master: null, Addresses[1..])];

        Assert.Equal(
            ["addr add 10.0.0.65/26 dev ns-1 broadcast +", "link set dev ns-1 address fa:16:3e:00:00:70"],
            NamespacePlan.Lines(Dump(devices, "10.0.0.126", Prefixes), [Wanted]));
    }

    [Theory]
    [InlineData("10.0.0.64/26", "route replace 10.0.0.64/26 dev ns-1 proto kernel scope link src 10.0.0.65")]
    [InlineData("fe80::/64", "route append fe80::/64 dev ns-1 proto kernel metric 256")]
    public void A_prefix_whose_route_someone_took_away_gets_it_again(string prefix, string line)
    {
        Device[] devices = [new("lo", Mac: null, 65536, Up: true, Master: null, [Address("::1", 128)]), new("ns-1", Wanted.Mac, 1450, Up: true, Master: null, Addresses)];

        Assert.Equal([line], NamespacePlan.Lines(Dump(devices, "10.0.0.126", [.. Prefixes.Where(p => p != prefix)]), [Wanted]));
    }

    private static LinkDump Dump(Device[] devices, string gateway, string[] prefixes) =>
        new(devices.ToDictionary(d => d.Name, StringComparer.Ordinal), [new DefaultRoute(IPAddress.Parse(gateway), "ns-1")], [])
        {
            Connected = [.. prefixes.Select(p => new ConnectedRoute(IPNetwork.Parse(p), "ns-1"))],
        };

    private static LinkAddress Address(string text, int length)
    {
        var address = IPAddress.Parse(text);
        return new LinkAddress(address, length, address.IsIPv6LinkLocal);
    }

    private static List<string> Lines(IReadOnlyList<LinkAddress> addresses, string gateway) => Lines(addresses, gateway, Wanted, hasV6: true);

    private static List<string> Lines(IReadOnlyList<LinkAddress> addresses, string gateway, WantedDevice wanted, bool hasV6)
    {
        LinkAddress[] loopback = hasV6 ? [Address("127.0.0.1", 8), Address("::1", 128)] : [Address("127.0.0.1", 8)];
        Device[] devices = [new("lo", Mac: null, 65536, Up: true, Master: null, loopback), new("ns-1", wanted.Mac, 1450, Up: true, Master: null, addresses)];
        return NamespacePlan.Lines(Dump(devices, gateway, Prefixes), [wanted]);
    }
}
