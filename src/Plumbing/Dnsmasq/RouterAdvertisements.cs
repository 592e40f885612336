using System.Net;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>The command line of the dnsmasq that sends a router's advertisements, and nothing else. Pure.</summary>
/// <remarks>Where the flags say that DHCPv6 is there, dnsmasq insists on serving it too; the router's nft table drops what would reach it,
/// so that guests hear the network's own DHCP only.</remarks>
internal static class RouterAdvertisements
{
    /// <summary>Whether a router needs it.</summary>
    public static bool Wanted(WantedRouter router) => router.Interfaces.Any(i => !i.Advertisements.IsEmpty);

    /// <summary>Renders it, program name first.</summary>
    /// <param name="directory">The router's directory; its last part is the router id.</param>
    /// <param name="router">The router.</param>
    public static IReadOnlyList<string> Render(string directory, WantedRouter router)
    {
        var legs = router.Interfaces.Where(i => !i.Advertisements.IsEmpty).ToList();
        return
        [
            "dnsmasq", "--no-hosts", "--no-resolv", "--port=0",
            $"--pid-file={directory}/pid", $"--dhcp-leasefile={directory}/leases",
            "--enable-ra", "--bind-dynamic",
            .. legs.Select(i => $"--interface={DeviceNames.RouterEnd(i.PortId)}"),
            .. legs.SelectMany(i => i.Advertisements).Select(Range),
            .. legs.SelectMany(i => i.Advertisements).Where(a => !a.Dns.IsEmpty).Select(Dns),
            "--conf-file=/dev/null",
        ];
    }

    private static string Range(WantedAdvertisement a)
    {
        var mode = a.Mode switch
        {
            DhcpV6Service.Stateless => "ra-stateless",
            DhcpV6Service.Stateful => "static",
            _ => "ra-only",
        };
        return $"--dhcp-range=set:subnet-{a.SubnetId},{a.Cidr.BaseAddress},{mode},{a.Cidr.PrefixLength},86400s";
    }

    private static string Dns(WantedAdvertisement a) =>
        $"--dhcp-option=tag:subnet-{a.SubnetId},option6:dns-server"
        + (a.Dns is [var only] && only.Equals(IPAddress.IPv6Any) ? "" : "," + string.Join(',', a.Dns.Select(d => $"[{d}]")));
}
