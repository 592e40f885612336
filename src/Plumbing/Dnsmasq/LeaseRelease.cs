using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>Messages by which a guest gives a lease back, sent in the name of one that is gone. Pure.</summary>
internal static class LeaseRelease
{
    /// <summary>UDP port of DHCPv4 servers.</summary>
    public const int PortV4 = 67;

    /// <summary>UDP port of DHCPv6 servers.</summary>
    public const int PortV6 = 547;

    private const uint MagicCookie = 0x63825363;

    /// <summary>All_DHCP_Relay_Agents_and_Servers (RFC 8415, 7.1).</summary>
    public static readonly IPAddress ServersV6 = IPAddress.Parse("ff02::1:2");

    /// <summary>DHCPRELEASE (RFC 2131, 4.4.6).</summary>
    /// <param name="lease">A line of the lease file: expiry, MAC, address, name, client id or <c>*</c>.</param>
    /// <param name="server">Address of the server in the subnet of the lease.</param>
    /// <returns>Null for a line that is none.</returns>
    public static byte[]? V4(string[] lease, IPAddress server)
    {
        if (lease.Length < 5 || !PhysicalAddress.TryParse(lease[1].ToUpperInvariant().Replace(':', '-'), out var mac) || mac.GetAddressBytes().Length != 6) return null;
        var message = new byte[240];
        (message[0], message[1], message[2]) = (1, 1, 6);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), (uint)Random.Shared.Next());
        IPAddress.Parse(lease[2]).TryWriteBytes(message.AsSpan(12), out _);
        mac.GetAddressBytes().CopyTo(message, 28);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), MagicCookie);
        byte[] identifier = lease[4] is "*" ? [] : Hex(lease[4]) is { Length: > 0 and < 256 } client ? [61, (byte)client.Length, .. client] : [];
        return [.. message, 53, 1, 7, 54, 4, .. server.GetAddressBytes(), .. identifier, 255];
    }

    /// <summary>RELEASE of DHCPv6 (RFC 8415, 16.9) for one address.</summary>
    /// <param name="lease">A line of the lease file: expiry, IAID, address, name, DUID.</param>
    /// <param name="serverDuid">The server's own DUID, as the lease file has it.</param>
    /// <returns>Null for a line that is none, or one of a temporary address.</returns>
    public static byte[]? V6(string[] lease, string serverDuid)
    {
        if (lease.Length < 5 || !uint.TryParse(lease[1], NumberStyles.None, CultureInfo.InvariantCulture, out var iaid)) return null;
        if (Hex(lease[4]) is not { Length: > 0 } client || Hex(serverDuid) is not { Length: > 0 } server) return null;
        byte[] address = [.. IPAddress.Parse(lease[2]).GetAddressBytes(), .. new byte[8]];
        byte[] association = [.. Number(iaid), .. new byte[8], .. Option(5, address)];
        return [8, .. Number((uint)Random.Shared.Next(1 << 24)).AsSpan(1), .. Option(1, client), .. Option(2, server), .. Option(8, [0, 0]), .. Option(3, association)];
    }

    private static byte[] Option(ushort code, byte[] value) => [(byte)(code >> 8), (byte)code, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[]? Hex(string text)
    {
        try
        {
            return Convert.FromHexString(text.Replace(":", "", StringComparison.Ordinal));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
