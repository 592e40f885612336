using System.Buffers.Binary;
using System.ComponentModel;
using static Firstlight.Plumbing.Interop.NftNetlink;

namespace Firstlight.Plumbing.Interop;

/// <summary>The number of the current nftables ruleset of a network namespace (linux/netfilter/nf_tables.h): every change anyone commits counts it up.</summary>
internal static class NftGeneration
{
    /// <summary>Reads that of the calling thread's namespace.</summary>
    /// <returns>The number; null where this kernel does not tell.</returns>
    public static uint? Read()
    {
        try
        {
            using var socket = NetlinkSocket.Open(Netlink.NETLINK_NETFILTER);
            return Read(socket);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads that of the socket's namespace.</summary>
    /// <returns>The number; null where this kernel does not tell.</returns>
    /// <exception cref="Win32Exception">The kernel cannot be asked.</exception>
    public static uint? Read(NetlinkSocket rules)
    {
        uint? found = null;
        var request = Request(stackalloc byte[32], NFT_MSG_GETGEN, flags: 0, family: 0);
        rules.Ask(request, (type, body) => found = Parse(type, body) ?? found);
        return found;
    }

    internal static uint? Parse(ushort type, ReadOnlySpan<byte> body)
    {
        if (type != (NFNL_SUBSYS_NFTABLES | NFT_MSG_NEWGEN)) return null;
        foreach (var attribute in NetlinkAttributes.After(body, FamilyHeaderLength))
        {
            if (attribute.Type == NFTA_GEN_ID && attribute.Value.Length >= sizeof(uint)) return BinaryPrimitives.ReadUInt32BigEndian(attribute.Value);
        }

        return null;
    }
}
