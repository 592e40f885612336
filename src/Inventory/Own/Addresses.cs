using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Firstlight.Inventory.Own;

/// <summary>Arithmetic on addresses and prefixes; an address is a number, IPv4 in the low 32 bits.</summary>
internal static class Addresses
{
    /// <summary>The address as a number.</summary>
    public static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        UInt128 number = 0;
        for (var i = 0; i < length; i++) number = (number << 8) | bytes[i];
        return number;
    }

    /// <summary>The number as an address of a family.</summary>
    public static IPAddress FromNumber(UInt128 number, AddressFamily family)
    {
        var length = family == AddressFamily.InterNetwork ? 4 : 16;
        Span<byte> bytes = stackalloc byte[length];
        for (var i = length - 1; i >= 0; i--, number >>= 8) bytes[i] = (byte)number;
        return new IPAddress(bytes);
    }

    /// <summary>First address of a prefix: the network address.</summary>
    public static UInt128 First(IPNetwork prefix) => Number(prefix.BaseAddress);

    /// <summary>Last address of a prefix: the broadcast address of IPv4.</summary>
    public static UInt128 Last(IPNetwork prefix)
    {
        var hostBits = Bits(prefix) - prefix.PrefixLength;
        return hostBits == 128 ? UInt128.MaxValue : First(prefix) | ((UInt128.One << hostBits) - 1);
    }

    /// <summary>First and last address a port may have: IPv4 without network and broadcast (all of a /31 and /32), IPv6 without the subnet-router anycast address.</summary>
    public static (UInt128 First, UInt128 Last) Hosts(IPNetwork prefix)
    {
        var (first, last) = (First(prefix), Last(prefix));
        if (Bits(prefix) - prefix.PrefixLength < 2) return (first, last);
        return IsV4(prefix) ? (first + 1, last - 1) : (first + 1, last);
    }

    /// <summary>Whether the address is of the prefix's family and one a port may have.</summary>
    public static bool IsHost(IPNetwork prefix, IPAddress address)
    {
        if (address.AddressFamily != prefix.BaseAddress.AddressFamily) return false;
        var (first, last) = Hosts(prefix);
        var number = Number(address);
        return number >= first && number <= last;
    }

    /// <summary>The gateway when nobody says otherwise: the first host address, none where there is only one address.</summary>
    public static IPAddress? DefaultGateway(IPNetwork prefix) =>
        prefix.PrefixLength == Bits(prefix) ? null : FromNumber(Hosts(prefix).First, prefix.BaseAddress.AddressFamily);

    /// <summary>The address of an interface by modified EUI-64 (RFC 4291, appendix A) under a /64.</summary>
    public static IPAddress Eui64(IPNetwork prefix, PhysicalAddress mac)
    {
        var m = mac.GetAddressBytes();
        Span<byte> bytes = stackalloc byte[16];
        prefix.BaseAddress.TryWriteBytes(bytes, out _);
        ReadOnlySpan<byte> identifier = [(byte)(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]];
        identifier.CopyTo(bytes[8..]);
        return new IPAddress(bytes);
    }

    /// <summary>The MAC as Neutron writes it: lower case with colons.</summary>
    public static string MacText(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2")));

    private static bool IsV4(IPNetwork prefix) => prefix.BaseAddress.AddressFamily == AddressFamily.InterNetwork;

    private static int Bits(IPNetwork prefix) => IsV4(prefix) ? 32 : 128;
}
