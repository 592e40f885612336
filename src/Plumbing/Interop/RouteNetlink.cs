namespace Firstlight.Plumbing.Interop;

/// <summary>rtnetlink(7): what of <c>linux/rtnetlink.h</c>, <c>if_link.h</c>, <c>if_addr.h</c>, <c>neighbour.h</c> and <c>net_namespace.h</c> we read and ask, by their names.</summary>
internal static class RouteNetlink
{
    public const ushort RTM_NEWLINK = 16;
    public const ushort RTM_DELLINK = 17;
    public const ushort RTM_GETLINK = 18;
    public const ushort RTM_NEWADDR = 20;
    public const ushort RTM_DELADDR = 21;
    public const ushort RTM_GETADDR = 22;
    public const ushort RTM_NEWROUTE = 24;
    public const ushort RTM_DELROUTE = 25;
    public const ushort RTM_GETROUTE = 26;
    public const ushort RTM_NEWNEIGH = 28;
    public const ushort RTM_GETNEIGH = 30;
    public const ushort RTM_NEWNETCONF = 80;
    public const ushort RTM_NEWNSID = 88;
    public const ushort RTM_DELNSID = 89;
    public const ushort RTM_GETNSID = 90;

    /// <summary>Multicast groups (<c>enum rtnetlink_groups</c>).</summary>
    public const int RTNLGRP_LINK = 1;
    public const int RTNLGRP_IPV4_IFADDR = 5;
    public const int RTNLGRP_IPV4_ROUTE = 7;
    public const int RTNLGRP_IPV6_IFADDR = 9;
    public const int RTNLGRP_IPV6_ROUTE = 11;
    public const int RTNLGRP_IPV4_NETCONF = 24;
    public const int RTNLGRP_IPV6_NETCONF = 25;
    public const int RTNLGRP_NSID = 28;

    /// <summary><c>struct ifinfomsg</c>: family, padding, type, index, flags, change mask.</summary>
    public const int LinkLength = 16;
    public const uint IFF_UP = 1;
    public const uint IFF_RUNNING = 0x40;
    public const ushort IFLA_ADDRESS = 1;
    public const ushort IFLA_IFNAME = 3;
    public const ushort IFLA_MTU = 4;
    public const ushort IFLA_LINK = 5;
    public const ushort IFLA_MASTER = 10;
    public const ushort IFLA_LINKINFO = 18;
    public const ushort IFLA_EXT_MASK = 29;
    public const ushort IFLA_INFO_KIND = 1;
    public const ushort IFLA_INFO_DATA = 2;

    /// <summary>Of a bridge: <c>struct br_boolopt_multi</c>, which options are on and which are told of at all.</summary>
    public const ushort IFLA_BR_MULTI_BOOLOPT = 46;
    public const uint BR_BOOLOPT_NO_LL_LEARN = 1 << 0;
    public const int RTEXT_FILTER_SKIP_STATS = 8;

    /// <summary><c>struct ifaddrmsg</c>: family, prefix length, flags, scope (a byte each), index of the device.</summary>
    public const int AddressLength = 8;
    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;
    public const ushort IFA_FLAGS = 8;
    public const uint IFA_F_DADFAILED = 0x08;
    public const uint IFA_F_TENTATIVE = 0x40;
    public const uint IFA_F_PERMANENT = 0x80;
    public const byte RT_SCOPE_LINK = 253;

    /// <summary><c>struct rtmsg</c>: family, lengths of destination and source, tos, table, protocol, scope, type (a byte each), flags.</summary>
    public const int RouteLength = 12;
    public const ushort RTA_DST = 1;
    public const ushort RTA_OIF = 4;
    public const ushort RTA_GATEWAY = 5;
    public const ushort RTA_TABLE = 15;
    public const int RT_TABLE_MAIN = 254;
    public const byte RTN_UNICAST = 1;

    /// <summary><c>struct ndmsg</c>: family, padding, index of the device, state, flags, type.</summary>
    public const int NeighbourLength = 12;
    public const byte NTF_PROXY = 8;
    public const ushort NDA_DST = 1;

    /// <summary><c>struct rtgenmsg</c>: family.</summary>
    public const int GenericLength = 4;
    public const ushort NETNSA_NSID = 1;
    public const ushort NETNSA_FD = 3;
    public const int NETNSA_NSID_NOT_ASSIGNED = -1;
}
