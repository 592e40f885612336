using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>Frames as a guest that lies would make them, sent to the wire as they are.</summary>
internal static class Frames
{
    public const string Broadcast = "ff:ff:ff:ff:ff:ff";

    public static Task<string> SendAsync(Guest guest, params byte[][] frames) => guest.RunAsync("/usr/bin/env",
    [
        "python3", "-c",
        "import socket,sys\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\ns.bind(('eth0', 0))\nfor f in sys.argv[1:]: s.send(bytes.fromhex(f))\n",
        .. frames.Select(Convert.ToHexString),
    ]);

    public static byte[] Ethernet(string to, string from, ushort type, byte[] payload) => [.. Mac(to), .. Mac(from), .. Number(type), .. payload];

    /// <summary>An IPv4 or IPv6 ARP reply that nobody asked for.</summary>
    public static byte[] ArpReply(string from, string to, string senderMac, string senderIp, string targetIp) =>
        Ethernet(to, from, 0x0806, [0, 1, 8, 0, 6, 4, 0, 2, .. Mac(senderMac), .. Ip(senderIp), .. Mac(to), .. Ip(targetIp)]);

    public static byte[] ArpRequest(string from, string senderMac, string senderIp, string targetIp) =>
        Ethernet(Broadcast, from, 0x0806, [0, 1, 8, 0, 6, 4, 0, 1, .. Mac(senderMac), .. Ip(senderIp), 0, 0, 0, 0, 0, 0, .. Ip(targetIp)]);

    public static byte[] Udp4(string to, string from, string source, string destination, ushort sourcePort, ushort destinationPort, byte[] data)
    {
        byte[] udp = [.. Number(sourcePort), .. Number(destinationPort), .. Number((ushort)(8 + data.Length)), 0, 0, .. data];
        byte[] header = [0x45, 0, .. Number((ushort)(20 + udp.Length)), 0, 1, 0, 0, 64, 17, 0, 0, .. Ip(source), .. Ip(destination)];
        Number(Checksum(header)).CopyTo(header, 10);
        return Ethernet(to, from, 0x0800, [.. header, .. udp]);
    }

    /// <summary>A packet of IPv6; the checksum of its transport, if it is ICMPv6 or UDP, is set where <paramref name="checksumAt"/> says.</summary>
    public static byte[] Ip6(string to, string from, string source, string destination, byte next, byte[] payload, int checksumAt, int transportAt = 0, byte transport = 0)
    {
        var upper = payload[transportAt..];
        byte[] pseudo = [.. Ip(source), .. Ip(destination), 0, 0, .. Number((ushort)upper.Length), 0, 0, 0, transport == 0 ? next : transport, .. upper];
        Number(Checksum(pseudo)).CopyTo(payload, transportAt + checksumAt);
        return Ethernet(to, from, 0x86dd, [0x60, 0, 0, 0, .. Number((ushort)payload.Length), next, 255, .. Ip(source), .. Ip(destination), .. payload]);
    }

    /// <summary>A neighbour advertisement with the override flag that nobody asked for.</summary>
    public static byte[] NeighbourAdvertisement(string to, string from, string source, string destination, string target, string targetMac) =>
        Ip6(to, from, source, destination, 58, NeighbourAdvertisementBody(target, targetMac), checksumAt: 2);

    public static byte[] NeighbourAdvertisementBody(string target, string targetMac) => [136, 0, 0, 0, 0x20, 0, 0, 0, .. Ip(target), 2, 1, .. Mac(targetMac)];

    public static byte[] NeighbourSolicitation(string from, string source, string destination, string target) =>
        Ip6("33:33:ff:00:00:70", from, source, destination, 58, [135, 0, 0, 0, 0, 0, 0, 0, .. Ip(target)], checksumAt: 2);

    /// <summary>A router advertisement of a prefix.</summary>
    public static byte[] RouterAdvertisement(string from, string source) => Ip6(
        "33:33:00:00:00:01", from, source, "ff02::1", 58,
        [134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 64, 0xc0, 0, 0, 0x0e, 0x10, 0, 0, 0x0e, 0x10, 0, 0, 0, 0, .. Ip("fd00:bad::")], checksumAt: 2);

    public static byte[] Udp6(string to, string from, string source, string destination, ushort sourcePort, ushort destinationPort, byte[] data) => Ip6(
        to, from, source, destination, 17, [.. Number(sourcePort), .. Number(destinationPort), .. Number((ushort)(8 + data.Length)), 0, 0, .. data], checksumAt: 6);

    public static byte[] Mac(string mac) => PhysicalAddress.Parse(mac).GetAddressBytes();

    public static byte[] Ip(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static byte[] Number(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i += 2) sum += (uint)((bytes[i] << 8) | (i + 1 < bytes.Length ? bytes[i + 1] : 0));
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
