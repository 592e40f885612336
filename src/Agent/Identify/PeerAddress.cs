using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Firstlight.Inventory;

namespace Firstlight.Agent.Identify;

/// <summary>From the peer of an accepted socket to what the port directory is asked.</summary>
internal static class PeerAddress
{
    /// <summary>Unmaps <c>::ffff:a.b.c.d</c> (a wildcard IPv6 listener reports IPv4 guests so) and strips the scope id.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;
    }

    /// <summary>Makes the query for a plain address.</summary>
    /// <returns>Null for a link-local address that no MAC follows from: no port has it.</returns>
    public static PortQuery? Query(Scope scope, IPAddress address)
    {
        if (!address.IsIPv6LinkLocal) return new PortQuery(scope, address, Mac: null);
        return MacOf(address) is { } mac ? new PortQuery(scope, address, mac) : null;
    }

    // RFC 4291 appendix A. Neutron drops the two middle octets unseen, so that fe80::a9fe:a9fe or a made-up address reads as somebody's MAC;
    // here only an identifier that was really derived from a MAC counts.
    private static PhysicalAddress? MacOf(IPAddress linkLocal)
    {
        Span<byte> bytes = stackalloc byte[16];
        linkLocal.TryWriteBytes(bytes, out _);
        var id = bytes[8..];
        return bytes[2..8].IndexOfAnyExcept((byte)0) < 0 && id[3] == 0xff && id[4] == 0xfe
            ? new PhysicalAddress([(byte)(id[0] ^ 0x02), id[1], id[2], id[5], id[6], id[7]])
            : null;
    }
}
