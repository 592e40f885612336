using System.Net;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Tests.Namespaces;

public sealed class RouteNetlinkTests
{
    private const ushort Error = 2;
    private const ushort Done = 3;
    private const ushort NewAddress = 20;
    private const byte V6 = 10;
    private const uint Failed = 0x08;
    private const uint Tentative = 0x40;
    private static readonly byte[] Wanted = IPAddress.Parse("fe80::a9fe:a9fe").GetAddressBytes();
    private static readonly byte[] Other = IPAddress.Parse("fe80::1").GetAddressBytes();

    [Fact]
    public void Only_the_wanted_address_is_found_with_its_state()
    {
        byte[] datagram =
        [
            .. Address(2, Wanted, 0), .. Address(3, Other, 0), .. Address(4, Wanted, Tentative), .. Address(5, Wanted, Tentative | Failed),
        ];

        var (found, more, errno) = Read(datagram);

        Assert.Equal([(2, AddressState.Ready), (4, AddressState.Tentative), (5, AddressState.Duplicate)], found);
        Assert.True(more);
        Assert.Equal(0, errno);
    }

    [Fact]
    public void Own_end_of_an_address_with_a_peer_is_the_one_that_counts()
    {
        var (found, _, _) = Read([.. Message(NewAddress, [.. Head(2), .. Attribute(1, Wanted), .. Attribute(2, Other)]), .. Message(NewAddress, [.. Head(3), .. Attribute(1, Other), .. Attribute(2, Wanted)])]);

        Assert.Equal([(3, AddressState.Ready)], found);
    }

    [Fact]
    public void Done_ends_the_dump_and_an_error_names_its_number()
    {
        Assert.Equal((false, 0), Ends(Message(Done, BitConverter.GetBytes(0))));
        Assert.Equal((false, 1), Ends(Message(Error, BitConverter.GetBytes(-1))));

        static (bool More, int Errno) Ends(byte[] message)
        {
            var (found, more, errno) = Read([.. message, .. Address(2, Wanted, 0)]);
            Assert.Empty(found);
            return (more, errno);
        }
    }

    [Fact]
    public void Datagram_cut_anywhere_is_read_as_far_as_it_goes()
    {
        byte[] datagram = [.. Address(2, Wanted, Tentative), .. Address(3, Wanted, 0)];
        for (var length = 0; length <= datagram.Length; length++)
        {
            var (found, _, _) = Read(datagram[..length]);
            Assert.Equal(length < datagram.Length / 2 ? 0 : length < datagram.Length ? 1 : 2, found.Count);
        }
    }

    [Fact]
    public void Lengths_that_lie_are_survived()
    {
        var random = new Random(1);
        byte[] honest = [.. Address(2, Wanted, Tentative), .. Address(3, Other, 0), .. Message(Error, BitConverter.GetBytes(-1))];
        for (var round = 0; round < 20_000; round++)
        {
            var datagram = honest.ToArray();
            for (var i = 0; i < 4; i++) datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            Read(datagram);
        }
    }

    private static (List<(int Index, AddressState State)> Found, bool More, int Errno) Read(byte[] datagram)
    {
        var found = new List<(int, AddressState)>();
        var more = RouteNetlink.ReadAddresses(datagram, Wanted, found, out var errno);
        return (found, more, errno);
    }

    private static byte[] Address(int index, byte[] address, uint flags) =>
        Message(NewAddress, [.. Head(index), .. Attribute(1, address), .. Attribute(8, BitConverter.GetBytes(flags))]);

    private static byte[] Head(int index) => [V6, 64, 0, 253, .. BitConverter.GetBytes(index)];

    private static byte[] Attribute(ushort type, byte[] value) => [.. BitConverter.GetBytes((ushort)(value.Length + 4)), .. BitConverter.GetBytes(type), .. value];

    private static byte[] Message(ushort type, byte[] body)
    {
        var message = new byte[16 + body.Length];
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        body.CopyTo(message, 16);
        return message;
    }
}
