using System.Text;
using Firstlight.Plumbing.Interop;
using static Firstlight.Plumbing.Interop.NftNetlink;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Takes one element of a set: its attributes (<c>NFTA_SET_ELEM_…</c>).</summary>
internal delegate void ElementReader(ReadOnlySpan<byte> element);

/// <summary>Asks the kernel what is in a set of nftables. Elements are told in no order.</summary>
internal static class SetElements
{
    private const int RequestLength = 128;

    /// <summary>Asks for all of a set.</summary>
    /// <param name="rules">Where rules are asked for.</param>
    /// <param name="family">NFPROTO_… of the table.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="set">Name of the set.</param>
    /// <param name="read">Called for each element.</param>
    /// <param name="restart">Called when the rules changed meanwhile: all elements are told again from the first.</param>
    /// <returns>False where there is no such table or set.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel did not answer.</exception>
    public static bool Ask(NetlinkSocket rules, byte family, string table, string set, ElementReader read, Action restart)
    {
        var request = Request(stackalloc byte[RequestLength], NFT_MSG_GETSETELEM, Netlink.NLM_F_DUMP, family);
        request.Add(NFTA_SET_ELEM_LIST_TABLE, Encoding.ASCII.GetBytes(table + "\0"));
        request.Add(NFTA_SET_ELEM_LIST_SET, Encoding.ASCII.GetBytes(set + "\0"));
        return IsThere(rules.Ask(request, (_, body) => Read(body, read), restart), $"what is in set {set} of table {table}");
    }

    /// <summary>Reads the elements one message of an answer tells of.</summary>
    public static void Read(ReadOnlySpan<byte> body, ElementReader read)
    {
        foreach (var attribute in NetlinkAttributes.After(body, FamilyHeaderLength))
        {
            if (attribute.Type != NFTA_SET_ELEM_LIST_ELEMENTS) continue;
            foreach (var element in new NetlinkAttributes(attribute.Value)) read(element.Value);
        }
    }
}
