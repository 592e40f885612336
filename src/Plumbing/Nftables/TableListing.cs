using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Firstlight.Plumbing.Interop;
using static Firstlight.Plumbing.Interop.NftNetlink;

namespace Firstlight.Plumbing.Nftables;

/// <summary>A table of nftables as the kernel tells of it: sets, chains and rules, but not what is in sets that have a name.</summary>
/// <remarks>Nothing is compared with what we asked for, since kernels may tell it in other words; what is told of a table right after it was made is compared with what is told later.</remarks>
/// <param name="Digest">SHA-256 of what is told, lower-case hexadecimal. Handles, counters and how full a set is are not in it.</param>
/// <param name="Parts">How many sets with a name, chains and rules there are.</param>
internal sealed record TableListing(string Digest, int Parts)
{
    private const int RequestLength = 128;
    private static readonly HashSet<ushort> OfTable = [NFTA_TABLE_FLAGS];
    private static readonly HashSet<ushort> OfChain = [NFTA_CHAIN_NAME, NFTA_CHAIN_HOOK, NFTA_CHAIN_POLICY, NFTA_CHAIN_TYPE, NFTA_CHAIN_FLAGS];
    private static readonly HashSet<ushort> OfRule = [NFTA_RULE_CHAIN, NFTA_RULE_EXPRESSIONS];
    private static readonly HashSet<ushort> OfElement = [NFTA_SET_ELEM_KEY, NFTA_SET_ELEM_KEY_END, NFTA_SET_ELEM_DATA, NFTA_SET_ELEM_FLAGS];
    private static readonly HashSet<ushort> OfSet =
    [
        NFTA_SET_NAME, NFTA_SET_FLAGS, NFTA_SET_KEY_TYPE, NFTA_SET_KEY_LEN, NFTA_SET_DATA_TYPE, NFTA_SET_DATA_LEN, NFTA_SET_POLICY, NFTA_SET_DESC,
        NFTA_SET_TIMEOUT, NFTA_SET_GC_INTERVAL, NFTA_SET_OBJ_TYPE, NFTA_SET_EXPR, NFTA_SET_EXPRESSIONS,
    ];

    /// <summary>Asks the kernel.</summary>
    /// <param name="rules">Where rules are asked for.</param>
    /// <param name="family">NFPROTO_….</param>
    /// <param name="table">Name of the table.</param>
    /// <returns>The listing; null when there is no such table.</returns>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static TableListing? Read(NetlinkSocket rules, byte family, string table)
    {
        var question = new Question(rules, family, table);
        if (question.Ask(NFT_MSG_GETTABLE, flags: 0, OfTable) is not { Count: > 0 } self) return null;
        if (question.Ask(NFT_MSG_GETCHAIN, Netlink.NLM_F_DUMP, OfChain) is not { } chains) return null;
        if (question.Ask(NFT_MSG_GETRULE, Netlink.NLM_F_DUMP, OfRule) is not { } itsRules) return null;
        if (question.Ask(NFT_MSG_GETSET, Netlink.NLM_F_DUMP, OfSet) is not { } sets) return null;

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(digest, self);
        Append(digest, chains);
        Append(digest, itsRules);
        Append(digest, sets);
        var named = 0;
        foreach (var name in sets.Select(NameOf))
        {
            // What stands in braces in a rule is a set of the kernel's own naming; it is part of the rule. Its elements are told in no order.
            if (!name.StartsWith("__", StringComparison.Ordinal)) named++;
            else if (question.Elements(name) is { } elements) Append(digest, [.. elements.OrderBy(Convert.ToHexString, StringComparer.Ordinal)]);
            else return null;
        }

        return new TableListing(Convert.ToHexStringLower(digest.GetHashAndReset()), chains.Count + itsRules.Count + named);
    }

    private static void Append(IncrementalHash digest, IReadOnlyCollection<byte[]> told)
    {
        digest.AppendData(BitConverter.GetBytes(told.Count));
        foreach (var thing in told)
        {
            digest.AppendData(BitConverter.GetBytes(thing.Length));
            digest.AppendData(thing);
        }
    }

    private static string NameOf(byte[] set)
    {
        foreach (var attribute in new NetlinkAttributes(set))
        {
            if (attribute.Type == NFTA_SET_NAME) return attribute.Text;
        }

        return "";
    }

    // Asks of one table. What is kept of each thing are its attributes of some kinds, one behind the other, as netlink has them.
    private readonly struct Question(NetlinkSocket rules, byte family, string table)
    {
        public List<byte[]>? Ask(ushort type, ushort flags, HashSet<ushort> kinds)
        {
            var owner = Encoding.ASCII.GetBytes(table + "\0");
            var found = new List<byte[]>();
            var request = Request(stackalloc byte[RequestLength], type, flags, family);
            request.Add(NFTA_TABLE_NAME, owner);
            return IsThere(rules.Ask(request, (_, body) => AddOwned(found, owner, body, kinds), found.Clear), $"of the rules of table {table}") ? found : null;
        }

        public List<byte[]>? Elements(string set)
        {
            var found = new List<byte[]>();
            return SetElements.Ask(rules, family, table, set, element => found.Add(Kept(new NetlinkAttributes(element), OfElement)), found.Clear) ? found : null;
        }

        // Some kernels tell of all tables of the family, whichever was asked for. All things have the table's name as their first kind of attribute.
        private static void AddOwned(List<byte[]> found, byte[] owner, ReadOnlySpan<byte> body, HashSet<ushort> kinds)
        {
            foreach (var attribute in NetlinkAttributes.After(body, FamilyHeaderLength))
            {
                if (attribute.Type == NFTA_TABLE_NAME && attribute.Value.SequenceEqual(owner)) found.Add(Kept(NetlinkAttributes.After(body, FamilyHeaderLength), kinds));
            }
        }

        private static byte[] Kept(NetlinkAttributes attributes, HashSet<ushort> kinds)
        {
            using var kept = new MemoryStream();
            Span<byte> head = stackalloc byte[4];
            foreach (var attribute in attributes)
            {
                if (!kinds.Contains(attribute.Type)) continue;
                MemoryMarshal.Write(head, (ushort)(head.Length + attribute.Value.Length));
                MemoryMarshal.Write(head[2..], attribute.Type);
                kept.Write(head);
                kept.Write(attribute.Value);
                while (kept.Length % 4 != 0) kept.WriteByte(0);
            }

            return kept.ToArray();
        }
    }
}
