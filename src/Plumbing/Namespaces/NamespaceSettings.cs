namespace Firstlight.Plumbing.Namespaces;

/// <summary>Kernel settings inside namespaces, in sysctl's form. Set before a device enters, so that <c>default</c> counts for it.</summary>
internal static class NamespaceSettings
{
    // accept_dad: the inventory is what makes addresses unique; detection would only let a guest deny us our own address, and costs a second at each start.
    private static readonly string[] Common = ["net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.default.accept_dad=0"];

    /// <summary>Of a DHCP namespace: a listener may bind before its address stands; losing a subnet's first address keeps the others.</summary>
    public static readonly string[] Dhcp = ["net.ipv4.conf.all.promote_secondaries=1", "net.ipv4.ip_nonlocal_bind=1", .. Common];

    /// <summary>Of a router: it forwards, answers ARP only for addresses of the device asked on (never for 169.254.169.254), answers neighbour
    /// discovery for what is proxied, and tells neighbours of its addresses when a device's MAC is set.</summary>
    public static readonly string[] Router =
    [
        "net.ipv4.ip_forward=1", "net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2", "net.ipv6.conf.all.forwarding=1",
        "net.ipv6.conf.all.proxy_ndp=1", "net.ipv4.conf.all.arp_notify=1", "net.ipv6.conf.all.ndisc_notify=1", .. Common,
    ];
}
