using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;

namespace Firstlight.Plumbing.Watch;

/// <summary>What is in a datagram of notices. Pure.</summary>
internal static class NoticeReading
{
    // NFTA_…_TABLE of chains, rules, sets, elements, objects and flow tables: all have the same number.
    private const ushort TableName = NftNetlink.NFTA_TABLE_NAME;

    /// <summary>Names of devices of the host's own namespace that a datagram of rtnetlink tells of.</summary>
    public static IEnumerable<string> Devices(ReadOnlySpan<byte> datagram)
    {
        var names = new List<string>();
        foreach (var message in new NetlinkMessages(datagram))
        {
            if (message.Type is not (RouteNetlink.RTM_NEWLINK or RouteNetlink.RTM_DELLINK)) continue;
            if (LinkReading.Link(message.Body) is { } link && !names.Contains(link.Device.Name)) names.Add(link.Device.Name);
        }

        return names;
    }

    /// <summary>Ids of namespaces that a datagram of rtnetlink says are gone.</summary>
    public static IEnumerable<int> GoneIds(ReadOnlySpan<byte> datagram)
    {
        var gone = new List<int>();
        foreach (var message in new NetlinkMessages(datagram))
        {
            if (message.Type != RouteNetlink.RTM_DELNSID) continue;
            foreach (var attribute in NetlinkAttributes.After(message.Body, RouteNetlink.GenericLength))
            {
                if (attribute.Type == RouteNetlink.NETNSA_NSID) gone.Add(attribute.Number);
            }
        }

        return gone;
    }

    /// <summary>Names of tables that a datagram of nfnetlink tells of.</summary>
    public static IEnumerable<string> Tables(ReadOnlySpan<byte> datagram)
    {
        var names = new List<string>();
        foreach (var message in new NetlinkMessages(datagram))
        {
            if ((message.Type & 0xff00) != NftNetlink.NFNL_SUBSYS_NFTABLES) continue;
            foreach (var attribute in NetlinkAttributes.After(message.Body, NftNetlink.FamilyHeaderLength))
            {
                // The number of the ruleset has the same place, and no text.
                if (attribute.Type != TableName || IsGeneration(message.Type)) continue;
                if (attribute.Text is var name && !names.Contains(name)) names.Add(name);
                break;
            }
        }

        return names;

        static bool IsGeneration(ushort type) => (type & 0xff) == NftNetlink.NFT_MSG_NEWGEN;
    }
}
