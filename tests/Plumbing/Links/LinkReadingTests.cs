using System.Net;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Tests.Support;
using Firstlight.Plumbing.Watch;
using LinkAddress = Firstlight.Plumbing.Links.LinkAddress;

namespace Firstlight.Plumbing.Tests.Links;

public sealed class LinkReadingTests
{
    private const byte V6 = 10;
    private const uint Failed = 0x08;
    private const uint Tentative = 0x40;
    private static readonly byte[] Own = IPAddress.Parse("fe80::a9fe:a9fe").GetAddressBytes();
    private static readonly byte[] Other = IPAddress.Parse("fe80::1").GetAddressBytes();

    [Fact]
    public async Task What_the_kernel_says_of_a_namespace_is_what_ip_prints_of_it()
    {
        await using var host = new Host();
        var guest = await host.AddNamespaceAsync();
        string[][] commands =
        [
            ["link", "add", "br0", "type", "bridge"], ["link", "add", "a0", "mtu", "1400", "type", "veth", "peer", "name", "b0", "address", "fa:16:3e:00:00:01"],
            ["link", "set", "a0", "master", "br0", "up"], ["link", "set", "b0", "up"], ["addr", "add", "10.1.0.2/26", "dev", "b0"],
            ["addr", "add", "fe80::a9fe:a9fe/64", "dev", "b0", "nodad"], ["route", "add", "default", "via", "10.1.0.1", "dev", "b0"],
            ["route", "add", "default", "via", "10.1.0.9", "dev", "b0", "table", "77"], ["-6", "neigh", "add", "proxy", "fd00::5", "dev", "b0"],
        ];
        foreach (var command in commands) await guest.RunAsync("ip", command);
        using var sockets = new NamespaceSockets();
        using var routes = sockets.OpenRoutes($"/run/netns/{guest.Name}", out var inode);

        var dump = LinkReader.Read(routes);

        Assert.Equal(NamespaceList.IdentityOf(guest.Name), NamespaceList.IdentityOf(inode));
        Assert.Equal(["a0", "b0", "br0", "lo"], dump.Devices.Keys.Order(StringComparer.Ordinal));
        var (near, far) = (dump.Devices["a0"], dump.Devices["b0"]);
        Assert.Equal(("br0", 1400, true), (near.Master, near.Mtu, near.Up));
        Assert.Equal((near.Peer, far.Peer), (far.Index, near.Index));
        Assert.Equal("fa:16:3e:00:00:01", Format.Mac(far.Mac!));
        Assert.Contains(new LinkAddress(IPAddress.Parse("10.1.0.2"), 26, LinkLocal: false), far.Addresses);
        Assert.Contains(new LinkAddress(IPAddress.Parse("fe80::a9fe:a9fe"), 64, LinkLocal: true), far.Addresses);
        Assert.Equal([new DefaultRoute(IPAddress.Parse("10.1.0.1"), "b0")], dump.Defaults);
        Assert.Equal([new ProxiedNeighbour(IPAddress.Parse("fd00::5"), "b0")], dump.Proxied);
        Assert.Equal("br0", LinkReader.Find(routes, "a0")?.Master);
        Assert.Null(LinkReader.Find(routes, "nowhere0"));
        Assert.Null(LinkReader.Find(routes, "a-name-longer-than-any"));
    }

    [Fact]
    public void An_address_is_read_with_its_state() => Assert.Equal(
        [(2, AddressState.Ready), (4, AddressState.Tentative), (5, AddressState.Duplicate)],
        Read([.. Address(2, Own, 0), .. Address(4, Own, Tentative), .. Address(5, Own, Tentative | Failed)]).Select(a => (a.Index, a.Address.State)));

    [Fact]
    public void Own_end_of_an_address_with_a_peer_is_the_one_that_counts() => Assert.Equal(
        [new IPAddress(Other), new IPAddress(Own)],
        Read(
        [
            .. Message(RouteNetlink.RTM_NEWADDR, [.. Head(2), .. Attribute(1, Own), .. Attribute(2, Other)]),
            .. Message(RouteNetlink.RTM_NEWADDR, [.. Head(3), .. Attribute(1, Other), .. Attribute(2, Own)]),
        ]).Select(a => a.Address.Address));

    [Fact]
    public void Datagram_cut_anywhere_is_read_as_far_as_it_goes()
    {
        byte[] datagram = [.. Address(2, Own, Tentative), .. Address(3, Own, 0)];
        for (var length = 0; length <= datagram.Length; length++)
            Assert.Equal(length < datagram.Length / 2 ? 0 : length < datagram.Length ? 1 : 2, Read(datagram[..length]).Count);
    }

    [Fact]
    public void Lengths_that_lie_are_survived()
    {
        var random = new Random(1);
        byte[] link = Message(RouteNetlink.RTM_NEWLINK, [.. new byte[RouteNetlink.LinkLength], .. Attribute(RouteNetlink.IFLA_IFNAME, "tap1\0"u8.ToArray()), .. Attribute(RouteNetlink.IFLA_MTU, [1, 2])]);
        byte[] gone = Message(RouteNetlink.RTM_DELNSID, [.. new byte[RouteNetlink.GenericLength], .. Attribute(RouteNetlink.NETNSA_NSID, BitConverter.GetBytes(7))]);
        byte[] honest = [.. Address(2, Own, Tentative), .. link, .. gone, .. Message(Netlink.NLMSG_ERROR, BitConverter.GetBytes(-1))];
        Assert.Equal(["tap1"], NoticeReading.Devices(honest));
        Assert.Equal([7], NoticeReading.GoneIds(honest));
        for (var round = 0; round < 20_000; round++)
        {
            var datagram = honest.ToArray();
            for (var i = 0; i < 4; i++) datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            Read(datagram);
            NoticeReading.Devices(datagram);
            NoticeReading.GoneIds(datagram);
            NoticeReading.Tables(datagram);
        }
    }

    private static List<(int Index, LinkAddress Address)> Read(byte[] datagram)
    {
        var found = new List<(int, LinkAddress)>();
        foreach (var message in new NetlinkMessages(datagram))
        {
            if (message.Type == RouteNetlink.RTM_NEWADDR && LinkReading.Address(message.Body) is { } address) found.Add(address);
            _ = (LinkReading.Link(message.Body), LinkReading.Route(message.Body), LinkReading.Proxied(message.Body), message.Errno);
        }

        return found;
    }

    private static byte[] Address(int index, byte[] address, uint flags) =>
        Message(RouteNetlink.RTM_NEWADDR, [.. Head(index), .. Attribute(1, address), .. Attribute(8, BitConverter.GetBytes(flags))]);

    private static byte[] Head(int index) => [V6, 64, 0, 253, .. BitConverter.GetBytes(index)];

    private static byte[] Attribute(ushort type, byte[] value) =>
        [.. BitConverter.GetBytes((ushort)(value.Length + 4)), .. BitConverter.GetBytes(type), .. value, .. new byte[Netlink.Aligned(value.Length) - value.Length]];

    private static byte[] Message(ushort type, byte[] body)
    {
        var message = new byte[16 + body.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        body.CopyTo(message, 16);
        return message;
    }
}
