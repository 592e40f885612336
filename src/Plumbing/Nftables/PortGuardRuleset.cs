using System.Security.Cryptography;
using System.Text;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Rules that hold a guest to its own MAC and addresses, in one bridge table for all ports of a state directory. Pure.</summary>
/// <remarks>
/// Each packet of a guest costs a handful of look-ups in hashes, however many ports there are. The rules stand where frames enter a bridge, before the
/// bridge learns who is where, so that a frame with a neighbour's MAC does not even redirect that neighbour's packets.
/// </remarks>
internal static class PortGuardRuleset
{
    /// <summary>Where guarded devices are sent.</summary>
    public const string GuestChain = "guest";

    /// <summary>How many sets, maps, chains and rules the table has: a line each in the skeleton, but for braces, declarations of type and the table's own.</summary>
    public static int Parts { get; } = Skeleton("x").Split('\n').Select(l => l.Trim()).Count(l =>
        l.Length > 1 && l.Split(' ')[0] is not ("table" or "type" or "typeof" or "flags"));

    /// <summary>Name of the table, in family bridge. A state directory has its own, so that two of them on one host leave each other alone.</summary>
    public static string TableOf(string stateDirectory) =>
        "firstlight_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(stateDirectory))))[..8];

    /// <summary>Whether a device has the name of a guest's: ours and Neutron's <c>tap…</c>, libvirt's <c>vnet…</c>. Others in our bridges are the operator's (uplinks).</summary>
    public static bool IsGuests(string device) => device.StartsWith("tap", StringComparison.Ordinal) || device.StartsWith("vnet", StringComparison.Ordinal);

    /// <summary>One transaction that replaces the table with one that holds these elements, whether or not it was there.</summary>
    public static string Render(string table, PortGuardElements elements)
    {
        var text = new StringBuilder($"table bridge {table}\ndelete table bridge {table}\n{Skeleton(table)}");
        AppendSets(text, table, ("add", elements.All.ToLookup(e => e.Element.Set, e => e.Text)));
        return text.ToString();
    }

    /// <summary>One transaction that takes the sets from one state to another; empty when they are the same.</summary>
    public static string Delta(string table, PortGuardElements from, PortGuardElements to)
    {
        var text = new StringBuilder();
        var (missing, extra) = from.CompareWith(to);
        AppendSets(text, table, ("delete", extra.ToLookup(e => e.Element.Set, e => e.Key)), ("add", missing.ToLookup(e => e.Element.Set, e => e.Text)));
        return text.ToString();
    }

    private static void AppendSets(StringBuilder text, string table, params ReadOnlySpan<(string Verb, ILookup<GuardSet, string> Elements)> changes)
    {
        foreach (var set in GuardElement.Sets)
        {
            foreach (var (verb, elements) in changes)
            {
                if (elements.Contains(set)) text.Append($"{verb} element bridge {table} {GuardElement.NameOf(set)} {{ ").AppendJoin(", ", elements[set].Order(StringComparer.Ordinal)).Append(" }\n");
            }
        }
    }

    // icmpv6 targets and DHCP's chaddr are read as raw bits: this nft has no names for them (taddr is younger than 1.0.6).
    // What must match is always written as "match, accept" with a drop at the end: a packet cut so short that a field cannot be read matches nothing.
    // Between a device we know and a guest's device we do not know, nothing passes (chain cross): that needs no rule that names the bridge, which not every
    // kernel has (nft_meta_bridge). The plumber names such devices in port_devices as well, so that the bridge does not learn from them either.
    // "meta l4proto 0-255" is true for every packet whose headers can be followed to the transport's; a first fragment of IPv6 that hides it is dropped
    // (RFC 7112). Later fragments pass, for nothing comes of them without a first one.
    /// <summary>Table, sets and chains without elements.</summary>
    public static string Skeleton(string table) => $$"""
        table bridge {{table}} {
        	set carried_devices {
        		type ifname
        	}
        	map port_devices {
        		type ifname : verdict
        	}
        	set guest_mac {
        		type ifname . ether_addr
        	}
        	set guest_client {
        		typeof iifname . @th,288,48
        	}
        	set guest_ip4 {
        		type ifname . ether_addr . ipv4_addr
        	}
        	set guest_ip6 {
        		type ifname . ether_addr . ipv6_addr
        	}
        	set guest_target {
        		typeof iifname . ether saddr . @th,64,128
        	}
        	set pair_ip4 {
        		type ifname . ether_addr . ipv4_addr
        		flags interval
        	}
        	set pair_ip6 {
        		type ifname . ether_addr . ipv6_addr
        		flags interval
        	}
        	set pair_target {
        		typeof iifname . ether saddr . @th,64,128
        		flags interval
        	}
        	chain guest_arp {
        		arp htype != 1 drop
        		arp ptype != ip drop
        		arp hlen != 6 drop
        		arp plen != 4 drop
        		iifname . arp saddr ether . arp saddr ip @guest_ip4 accept
        		iifname . arp saddr ether . arp saddr ip @pair_ip4 accept
        		arp operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether . arp daddr ip @guest_ip4 accept
        		arp operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether . arp daddr ip @pair_ip4 accept
        		drop
        	}
        	chain guest_ip4_service {
        		udp sport 67 drop
        		udp dport 68 drop
        		udp dport 67 iifname . @th,288,48 @guest_client accept
        		udp dport 67 drop
        		meta l4proto 0-255 accept
        		drop
        	}
        	chain guest_ip4_source {
        		iifname . ether saddr . ip saddr @guest_ip4 goto guest_ip4_service
        		ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 iifname . @th,288,48 @guest_client accept
        		ip daddr 169.254.169.254 drop
        		iifname . ether saddr . ip saddr @pair_ip4 goto guest_ip4_service
        		drop
        	}
        	chain guest_ip6_target {
        		iifname . ether saddr . @th,64,128 @guest_target accept
        		iifname . ether saddr . @th,64,128 @pair_target accept
        		drop
        	}
        	chain guest_ip6_unspecified {
        		ip6 daddr != ff02::/16 drop
        		icmpv6 type nd-neighbor-solicit goto guest_ip6_target
        		icmpv6 type { nd-router-solicit, mld-listener-report, mld-listener-done, mld2-listener-report } accept
        		drop
        	}
        	chain guest_icmp6 {
        		icmpv6 type { nd-router-advert, nd-redirect } drop
        		icmpv6 type nd-neighbor-advert goto guest_ip6_target
        		icmpv6 type 0-255 accept
        		drop
        	}
        	chain guest_udp6 {
        		udp sport 547 drop
        		udp dport 0-545 accept
        		udp dport 547-65535 accept
        		drop
        	}
        	chain guest_ip6_service {
        		frag frag-off 1-8191 accept
        		meta l4proto icmpv6 goto guest_icmp6
        		meta l4proto udp goto guest_udp6
        		meta l4proto 0-255 accept
        		drop
        	}
        	chain guest_ip6_source {
        		ip6 saddr :: goto guest_ip6_unspecified
        		iifname . ether saddr . ip6 saddr @guest_ip6 goto guest_ip6_service
        		ip6 daddr fe80::a9fe:a9fe drop
        		iifname . ether saddr . ip6 saddr @pair_ip6 goto guest_ip6_service
        		drop
        	}
        	chain guest {
        		iifname . ether saddr != @guest_mac drop
        		ether type vmap { arp : goto guest_arp, ip : goto guest_ip4_source, ip6 : goto guest_ip6_source }
        		drop
        	}
        	chain screen {
        		iifname vmap @port_devices
        	}
        	chain unknown_in {
        		iifname "tap*" drop
        		iifname "vnet*" drop
        	}
        	chain unknown_out {
        		oifname "tap*" drop
        		oifname "vnet*" drop
        	}
        	chain enter {
        		type filter hook prerouting priority -300; policy accept;
        		jump screen
        	}
        	chain enter_reserved {
        		type filter hook input priority -300; policy accept;
        		ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 jump screen
        	}
        	chain cross {
        		type filter hook forward priority -300; policy accept;
        		iifname @carried_devices oifname @carried_devices accept
        		iifname @carried_devices oifname != @carried_devices jump unknown_out
        		iifname != @carried_devices oifname @carried_devices jump unknown_in
        	}
        }

        """;
}
