using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Interop;

/// <summary>What of <c>linux/netfilter/nf_tables.h</c>, <c>nfnetlink.h</c> and <c>netfilter.h</c> we read and ask, by their names. Numbers in attributes are in network order.</summary>
internal static class NftNetlink
{
    public const ushort NFNL_SUBSYS_NFTABLES = 10 << 8;
    public const ushort NFT_MSG_GETTABLE = 1;
    public const ushort NFT_MSG_GETCHAIN = 4;
    public const ushort NFT_MSG_GETRULE = 7;
    public const ushort NFT_MSG_GETSET = 10;
    public const ushort NFT_MSG_GETSETELEM = 13;
    public const ushort NFT_MSG_NEWGEN = 15;
    public const ushort NFT_MSG_GETGEN = 16;

    /// <summary><c>struct nfgenmsg</c>: family, version (a byte each), resource.</summary>
    public const int FamilyHeaderLength = 4;
    public const byte NFPROTO_BRIDGE = 7;

    public const ushort NFTA_GEN_ID = 1;
    public const ushort NFTA_TABLE_NAME = 1;
    public const ushort NFTA_TABLE_FLAGS = 2;
    public const ushort NFTA_CHAIN_NAME = 3;
    public const ushort NFTA_CHAIN_HOOK = 4;
    public const ushort NFTA_CHAIN_POLICY = 5;
    public const ushort NFTA_CHAIN_TYPE = 7;
    public const ushort NFTA_CHAIN_FLAGS = 10;
    public const ushort NFTA_RULE_CHAIN = 2;
    public const ushort NFTA_RULE_EXPRESSIONS = 4;
    public const ushort NFTA_SET_NAME = 2;
    public const ushort NFTA_SET_FLAGS = 3;
    public const ushort NFTA_SET_KEY_TYPE = 4;
    public const ushort NFTA_SET_KEY_LEN = 5;
    public const ushort NFTA_SET_DATA_TYPE = 6;
    public const ushort NFTA_SET_DATA_LEN = 7;
    public const ushort NFTA_SET_POLICY = 8;
    public const ushort NFTA_SET_DESC = 9;
    public const ushort NFTA_SET_TIMEOUT = 11;
    public const ushort NFTA_SET_GC_INTERVAL = 12;
    public const ushort NFTA_SET_OBJ_TYPE = 15;
    public const ushort NFTA_SET_EXPR = 17;
    public const ushort NFTA_SET_EXPRESSIONS = 18;
    public const ushort NFTA_SET_ELEM_LIST_TABLE = 1;
    public const ushort NFTA_SET_ELEM_LIST_SET = 2;
    public const ushort NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    public const ushort NFTA_SET_ELEM_KEY = 1;
    public const ushort NFTA_SET_ELEM_DATA = 2;
    public const ushort NFTA_SET_ELEM_FLAGS = 3;
    public const ushort NFTA_SET_ELEM_USERDATA = 6;
    public const ushort NFTA_SET_ELEM_KEY_END = 10;
    public const ushort NFTA_DATA_VALUE = 1;
    public const ushort NFTA_DATA_VERDICT = 2;
    public const ushort NFTA_VERDICT_CODE = 1;
    public const ushort NFTA_VERDICT_CHAIN = 2;
    public const int NF_DROP = 0;
    public const int NF_ACCEPT = 1;
    public const int NFT_GOTO = -4;

    /// <summary>Begins a request.</summary>
    /// <param name="buffer">Holds it.</param>
    /// <param name="type">NFT_MSG_….</param>
    /// <param name="flags">NLM_F_….</param>
    /// <param name="family">NFPROTO_….</param>
    public static NetlinkRequest Request(Span<byte> buffer, ushort type, ushort flags, byte family) => new(buffer, (ushort)(NFNL_SUBSYS_NFTABLES | type), flags, [family, 0, 0, 0]);

    /// <summary>Whether there is what was asked for, by the answer.</summary>
    /// <param name="errno">What <see cref="NetlinkSocket.Ask"/> returned.</param>
    /// <param name="subject">What was asked for.</param>
    /// <exception cref="Win32Exception">The kernel refused to tell.</exception>
    public static bool IsThere(int errno, string subject) =>
        errno is 0 or SocketCalls.ENOENT ? errno == 0 : throw new Win32Exception(errno, $"the kernel refused to tell {subject}: {Marshal.GetPInvokeErrorMessage(errno)}");
}
