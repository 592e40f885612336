using System.Text;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Rules of a router's namespace, in one table of our own. Pure.</summary>
internal static class RouterRuleset
{
    /// <summary>Family and name of the table.</summary>
    public const string Table = "inet firstlight";

    private const string FromGuests = "iifname \"qr-*\"";
    private static readonly string[] MetadataPackets = ["ip daddr 169.254.169.254 tcp dport 80", "ip6 daddr fe80::a9fe:a9fe tcp dport 80"];

    /// <summary>Renders one transaction that replaces the table, whether or not it was there.</summary>
    /// <remarks>
    /// Guests' metadata packets are marked before they are redirected; the mark opens the listener's port to them and to nobody else, and
    /// keeps them from ever being forwarded. The high 16 bits of the mark are other functions' and are kept.
    /// What comes in by the gateway's device is never turned to the listener, and its port is shut to it.
    /// DHCPv6 is dropped since the dnsmasq that sends router advertisements must not answer it.
    /// </remarks>
    public static string Render(WantedRouter router)
    {
        var mark = $"0x{router.MetadataMark:x8}";
        var text = new StringBuilder();
        text.Append($"table {Table}\ndelete table {Table}\ntable {Table} {{\n");
        Chain(text, "metadata_mark", "filter hook prerouting priority mangle", MetadataPackets.Select(p => $"{FromGuests} {p} meta mark set meta mark and 0xffff0000 or {mark}"));
        if (router.MetadataProxy)
            Chain(text, "metadata_redirect", "nat hook prerouting priority dstnat", MetadataPackets.Select(p => $"{FromGuests} {p} redirect to :{router.MetadataPort}"));
        string[] input = router.MetadataProxy ? [$"meta mark and 0x0000ffff == {mark} accept", $"tcp dport {router.MetadataPort} drop"] : [];
        Chain(text, "metadata_input", "filter hook input priority filter", [.. input, $"{FromGuests} udp dport 547 drop"]);
        Chain(text, "metadata_forward", "filter hook forward priority filter", [$"meta mark and 0x0000ffff == {mark} drop"]);
        foreach (var chain in OutsideRules.Chains(router)) Chain(text, chain.Name, chain.Hook, chain.Rules);
        return text.Append("}\n").ToString();
    }

    private static void Chain(StringBuilder text, string name, string hook, IEnumerable<string> rules)
    {
        text.Append($"\tchain {name} {{\n\t\ttype {hook}; policy accept;\n");
        foreach (var rule in rules) text.Append($"\t\t{rule}\n");
        text.Append("\t}\n");
    }
}
