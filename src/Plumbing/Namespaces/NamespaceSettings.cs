namespace Firstlight.Plumbing.Namespaces;

/// <summary>A kernel setting of a namespace.</summary>
/// <param name="Family">Directory of its address family below /proc/sys/net, from the root.</param>
/// <param name="Name">Path below that.</param>
/// <param name="Value">Value wanted.</param>
internal sealed record NamespaceSetting(string Family, string Name, string Value);

/// <summary>Kernel settings inside namespaces. Set before a device enters, so that <c>default</c> counts for it.</summary>
internal static class NamespaceSettings
{
    private const string V4 = "/proc/sys/net/ipv4";
    private const string V6 = "/proc/sys/net/ipv6";

    // arp_notify, ndisc_notify: neighbours are told of all addresses when a device is given its MAC.
    // accept_dad: the inventory is what makes addresses unique; detection would only let a guest deny us our own address, and costs a second at each start.
    private static readonly NamespaceSetting[] Common =
    [
        new(V4, "conf/all/arp_notify", "1"), new(V6, "conf/all/ndisc_notify", "1"),
        new(V6, "conf/all/disable_ipv6", "0"), new(V6, "conf/default/disable_ipv6", "0"), new(V6, "conf/default/accept_ra", "0"), new(V6, "conf/default/accept_dad", "0"),
    ];

    /// <summary>Of a DHCP namespace: a listener may bind before its address stands; losing a subnet's first address keeps the others.</summary>
    public static readonly NamespaceSetting[] Dhcp = [new(V4, "conf/all/promote_secondaries", "1"), new(V4, "ip_nonlocal_bind", "1"), .. Common];

    /// <summary>Of a router: it forwards, answers ARP only for addresses of the device asked on (never for 169.254.169.254), and answers neighbour
    /// discovery for what is proxied.</summary>
    public static readonly NamespaceSetting[] Router =
    [
        new(V4, "ip_forward", "1"), new(V4, "conf/all/arp_ignore", "1"), new(V4, "conf/all/arp_announce", "2"), new(V6, "conf/all/forwarding", "1"),
        new(V6, "conf/all/proxy_ndp", "1"), .. Common,
    ];

    /// <summary>Of a device of a DHCP namespace: what someone may have set on it alone.</summary>
    public static NamespaceSetting[] DhcpDevice(string device) => [new(V6, $"conf/{device}/disable_ipv6", "0"), new(V6, $"conf/{device}/accept_ra", "0")];

    /// <summary>Of a device of a router.</summary>
    public static NamespaceSetting[] RouterDevice(string device) =>
        [new(V4, $"conf/{device}/forwarding", "1"), new(V6, $"conf/{device}/forwarding", "1"), .. DhcpDevice(device)];
}
