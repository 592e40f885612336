using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Tests.Support;
using static Firstlight.Plumbing.Tests.Attach.GuardedNetwork;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>Single frames that lie. Each is followed by an honest one: what the victim hears first must be that.</summary>
public sealed class SpoofedFrameTests(SpoofedFrameTests.Guarded guarded, SpoofedFrameTests.Open open)
    : IClassFixture<SpoofedFrameTests.Guarded>, IClassFixture<SpoofedFrameTests.Open>
{
    // What the guests' kernels say by themselves at any time is no lie: reports of groups (behind a hop-by-hop header) and solicitations of routers.
    private const string Heard = $"(ether src {MalloryMac} and not (ip6 and (ip6[6] == 0 or ip6[40] == 133))) or (ether src {DhcpMac} and udp port 4711)";
    private static readonly byte[] Honest = Frames.Udp4(Frames.Broadcast, MalloryMac, MalloryV4, "10.0.0.127", 4711, 4711, "honest"u8.ToArray());

    public static TheoryData<string> Names => [.. Lies.Keys];

    private static readonly Dictionary<string, byte[]> Lies = new(StringComparer.Ordinal)
    {
        ["arp reply with a neighbour's address"] = Frames.ArpReply(MalloryMac, VictimMac, MalloryMac, DhcpV4, VictimV4),
        ["arp reply for the metadata address"] = Frames.ArpReply(MalloryMac, VictimMac, MalloryMac, "169.254.169.254", VictimV4),
        ["arp reply with another's hardware address"] = Frames.ArpReply(MalloryMac, VictimMac, DhcpMac, MalloryV4, VictimV4),
        ["gratuitous arp for a neighbour's address"] = Frames.ArpRequest(MalloryMac, MalloryMac, VictimV4, VictimV4),
        ["arp probe for a neighbour's address"] = Frames.ArpRequest(MalloryMac, MalloryMac, "0.0.0.0", VictimV4),
        ["arp with addresses of odd length"] = Frames.Ethernet(VictimMac, MalloryMac, 0x0806, [0, 1, 8, 0, 6, 16, 0, 2, .. Frames.Mac(MalloryMac), .. Frames.Ip(MalloryV4), .. Frames.Mac(VictimMac), .. Frames.Ip(VictimV4)]),
        ["dhcp offer"] = Frames.Udp4(Frames.Broadcast, MalloryMac, MalloryV4, "255.255.255.255", 67, 68, new byte[300]),
        ["dhcp offer from another port"] = Frames.Udp4(Frames.Broadcast, MalloryMac, MalloryV4, "255.255.255.255", 4067, 68, new byte[300]),
        ["dhcp request in a neighbour's name"] = Frames.Udp4(Frames.Broadcast, MalloryMac, "0.0.0.0", "255.255.255.255", 68, 67, [1, 1, 6, 0, .. new byte[24], .. Frames.Mac(VictimMac), .. new byte[10 + 192], 99, 130, 83, 99, 53, 1, 4, 255]),
        ["dhcpv6 reply"] = Frames.Udp6(VictimMac, MalloryMac, MalloryLinkLocal, VictimLinkLocal, 547, 546, [7, 1, 2, 3]),
        ["dhcpv6 reply from another port"] = Frames.Udp6(VictimMac, MalloryMac, MalloryLinkLocal, VictimLinkLocal, 4547, 546, [7, 1, 2, 3]),
        ["router advertisement"] = Frames.RouterAdvertisement(MalloryMac, MalloryLinkLocal),
        ["redirect"] = Frames.Ip6(VictimMac, MalloryMac, MalloryLinkLocal, VictimLinkLocal, 58, [137, 0, 0, 0, 0, 0, 0, 0, .. Frames.Ip(MalloryLinkLocal), .. Frames.Ip(DhcpV6)], checksumAt: 2),
        ["neighbour advertisement for the metadata address"] = Frames.NeighbourAdvertisement(VictimMac, MalloryMac, MalloryLinkLocal, VictimLinkLocal, "fe80::a9fe:a9fe", MalloryMac),
        ["neighbour advertisement for a neighbour's address, to all"] = Frames.NeighbourAdvertisement("33:33:00:00:00:01", MalloryMac, MalloryV6, "ff02::1", VictimV6, MalloryMac),
        ["neighbour advertisement behind an extension header"] = Frames.Ip6(
            VictimMac, MalloryMac, MalloryLinkLocal, VictimLinkLocal, 60, [58, 0, 1, 4, 0, 0, 0, 0, .. Frames.NeighbourAdvertisementBody("fe80::a9fe:a9fe", MalloryMac)], checksumAt: 2, transportAt: 8, transport: 58),
        ["neighbour advertisement from a neighbour's address"] = Frames.NeighbourAdvertisement(VictimMac, MalloryMac, DhcpV6, VictimV6, DhcpV6, MalloryMac),
        ["claim of a neighbour's address by duplicate detection"] = Frames.NeighbourSolicitation(MalloryMac, "::", "ff02::1:ff00:70", VictimV6),
        ["first fragment that hides its transport header"] = Frames.Ethernet(
            VictimMac, MalloryMac, 0x86dd,
            [0x60, 0, 0, 0, 0, 16, 44, 255, .. Frames.Ip(MalloryLinkLocal), .. Frames.Ip(VictimLinkLocal), 60, 0, 0, 1, 0, 0, 0, 7, 58, 1, 1, 4, 0, 0, 0, 0]),
        ["packet from a neighbour's address"] = Frames.Udp4(VictimMac, MalloryMac, DhcpV4, VictimV4, 4711, 4711, "lie"u8.ToArray()),
        ["packet from a neighbour's MAC"] = Frames.Udp4(VictimMac, DhcpMac, MalloryV4, VictimV4, 4711, 4711, "lie"u8.ToArray()),
        ["packet from no address"] = Frames.Udp4(VictimMac, MalloryMac, "0.0.0.0", VictimV4, 4711, 4711, "lie"u8.ToArray()),
        ["packet from no IPv6 address"] = Frames.Udp6(VictimMac, MalloryMac, "::", VictimLinkLocal, 4711, 4711, "lie"u8.ToArray()),
        ["packet in a VLAN"] = Frames.Ethernet(VictimMac, MalloryMac, 0x8100, [0, 0, .. Frames.ArpReply(MalloryMac, VictimMac, MalloryMac, MalloryV4, VictimV4)[12..]]),
        ["spanning tree"] = Frames.Ethernet("01:80:c2:00:00:00", MalloryMac, 38, [0x42, 0x42, 3, .. new byte[35]]),
        ["frame of another protocol"] = Frames.Ethernet(VictimMac, MalloryMac, 0x88b5, new byte[50]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_lie_reaches_nobody(string name)
    {
        var (victim, server) = await HeardAsync(guarded.Network, Lies[name]);

        Assert.Contains("4711 > 10.0.0.127.4711", victim, StringComparison.Ordinal);
        Assert.Contains("4711 > 10.0.0.127.4711", server, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_lie_would_be_heard_were_it_not_for_the_guard(string name)
    {
        var (victim, _) = await HeardAsync(open.Network, Lies[name]);

        Assert.DoesNotContain("4711 > 10.0.0.127.4711", victim, StringComparison.Ordinal);
    }

    // What victim and server hear first after a lie and an honest frame.
    private static async Task<(string Victim, string Server)> HeardAsync(GuardedNetwork network, byte[] lie)
    {
        using var victim = await Capture.StartAsync(network.Victim.Name, Heard, packets: 1);
        using var server = await Capture.StartAsync(network.DhcpNamespace, Heard, packets: 1, DeviceNames.DhcpEnd(network.Network.Dhcp!.PortId));
        await Frames.SendAsync(network.Mallory, lie, Honest);
        return (Flat(await victim.ReadAsync()), Flat(await server.ReadAsync()));
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)).Replace("10.0.0.71.4711", "4711", StringComparison.Ordinal);

    /// <summary>One network for all frames.</summary>
    public class Guarded : IAsyncLifetime
    {
        internal GuardedNetwork Network { get; private set; } = null!;

        private protected virtual PortTrust Trust => PortTrust.Guarded;

        public async ValueTask InitializeAsync() => Network = await StartAsync(p => p with { Trust = Trust });

        public ValueTask DisposeAsync() => Network.DisposeAsync();
    }

    /// <summary>The same where the liar's port security is off.</summary>
    public sealed class Open : Guarded
    {
        private protected override PortTrust Trust => PortTrust.Unguarded;
    }
}
