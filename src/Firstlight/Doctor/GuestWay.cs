using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor;

/// <summary>The way one address of a port takes to its metadata.</summary>
/// <param name="Scope">Network or router whose listener it arrives at.</param>
/// <param name="Namespace">Where that listener stands.</param>
/// <param name="Device">Device by which guests come into that namespace.</param>
/// <param name="DevicePort">The port of that device.</param>
/// <param name="From">Address the guest asks from.</param>
/// <param name="Mac">Set where the guest is known by its MAC: it asks from a link-local address.</param>
/// <param name="Asked">Metadata address it asks.</param>
/// <param name="Standing">Address that must stand on <paramref name="Device"/> for the guest's packets to come in.</param>
/// <param name="Listener">Address and port listened on.</param>
/// <param name="Subnet">The subnet of the guest's address.</param>
internal sealed record GuestWay(
    Scope Scope, string Namespace, string Device, Port DevicePort, IPAddress From, PhysicalAddress? Mac, IPAddress Asked, IPAddress Standing, IPEndPoint Listener, Subnet Subnet)
{
    /// <summary>What the port directory is asked.</summary>
    public PortQuery Query => new(Scope, From, Mac);

    /// <summary>Whether it leads through a router.</summary>
    public bool IsRouted => Scope.Kind == ScopeKind.Router;

    /// <summary>In a few words.</summary>
    public override string ToString() => $"{Asked} by the {(IsRouted ? "router" : "DHCP")} namespace";
}

/// <summary>A way, or why there is none.</summary>
/// <param name="Way">The way; null where there is none.</param>
/// <param name="Why">Why there is none.</param>
/// <param name="Mend">What would make one.</param>
internal sealed record GuestWayFound(GuestWay? Way, string? Why, string? Mend)
{
    private const string Agent = "start the host agent: it makes the DHCP port of each network with DHCP";

    /// <summary>Decides by which way a port reaches its metadata. Pure.</summary>
    /// <param name="view">Its network.</param>
    /// <param name="port">The port.</param>
    /// <param name="options">What the operator decided.</param>
    /// <param name="overIpv6">Whether the IPv6 metadata address is asked though the port has an IPv4 address.</param>
    public static GuestWayFound Of(NetworkView view, Port port, HostOptions options, bool overIpv6)
    {
        var fixedIp = port.FixedIps.FirstOrDefault(f => f.Address.AddressFamily == (overIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)) ?? port.FixedIps.FirstOrDefault();
        if (fixedIp is null) return None("the port has no address", "give it one: a port of a network with a subnet gets one when it is created");
        var subnet = view.Subnets.FirstOrDefault(s => s.Id == fixedIp.SubnetId);
        if (subnet is null) return None($"subnet {fixedIp.SubnetId} of {fixedIp.Address} is not in the inventory", "delete the port and create it again");
        return subnet.IpVersion == 4 && !overIpv6 ? V4(view, fixedIp, subnet, options) : V6(view, port, subnet, options);
    }

    private static GuestWayFound V4(NetworkView view, FixedIp fixedIp, Subnet subnet, HostOptions options)
    {
        var leg = view.RouterPorts.FirstOrDefault(p => p.FixedIps.Any(f => f.SubnetId == subnet.Id && f.Address.Equals(subnet.GatewayIp)));
        var byDhcp = subnet.EnableDhcp && (options.ForceMetadata || (leg is null && options.EnableIsolatedMetadata));
        if (!byDhcp && leg is not null)
        {
            return options.EnableMetadataProxy
                ? Found(Routed(leg, fixedIp.Address, mac: null, MetadataAddress.V4, subnet.GatewayIp!, new IPEndPoint(IPAddress.Any, options.MetadataPort), subnet))
                : None("enable_metadata_proxy is false: no router namespace has a listener", "set enable_metadata_proxy = true, or force_metadata = true");
        }

        if (!subnet.EnableDhcp)
            return None("DHCP is off and no router has the gateway address: nobody tells guests a route to 169.254.169.254", "turn DHCP on (enable_dhcp: true), or put a router's interface on the subnet");
        if (!byDhcp)
            return None("no router has the gateway address, and enable_isolated_metadata is false: there is no route to 169.254.169.254", "set enable_isolated_metadata = true, or put a router's interface on the subnet");
        if (view.DhcpPort is not { } dhcp) return None("the network has no DHCP port", Agent);
        if (dhcp.FixedIps.FirstOrDefault(f => f.SubnetId == subnet.Id) is null) return None("the DHCP port has no address on the subnet", Agent);
        return Found(ByDhcp(view, dhcp, fixedIp.Address, mac: null, MetadataAddress.V4, subnet));
    }

    private static GuestWayFound V6(NetworkView view, Port port, Subnet subnet, HostOptions options)
    {
        // The metadata address is link-local, so guests ask from theirs.
        var from = LinkLocalOf(port.Mac);
        if (MetadataPath.HasV6InDhcpNamespace(view, options)) return Found(ByDhcp(view, view.DhcpPort!, from, port.Mac, MetadataAddress.V6, subnet));
        if (view.RouterPorts.FirstOrDefault(p => MetadataPath.AnswersForV6(view, p, options)) is { } leg)
            return Found(Routed(leg, from, port.Mac, MetadataAddress.V6, MetadataAddress.V6, new IPEndPoint(IPAddress.IPv6Any, options.MetadataPort), subnet));
        if (!view.HasV6) return None("the network has no IPv6 subnet", "ask without --ipv6, or give the network an IPv6 subnet");
        if (view.DhcpPort is null && view.Subnets.Any(s => s.EnableDhcp)) return None("the network has no DHCP port", Agent);
        return None(
            "neither a DHCP namespace nor a router of the network has fe80::a9fe:a9fe",
            "turn DHCP on for a subnet that no router serves (with enable_isolated_metadata), or put a router's interface on the network (with enable_metadata_proxy)");
    }

    private static GuestWay ByDhcp(NetworkView view, Port dhcp, IPAddress from, PhysicalAddress? mac, IPAddress asked, Subnet subnet) => new(
        new Scope(ScopeKind.Network, view.Network.Id), DeviceNames.DhcpNamespace(view.Network.Id), DeviceNames.DhcpEnd(dhcp.Id), dhcp,
        from, mac, asked, asked, new IPEndPoint(asked, MetadataAddress.GuestPort), subnet);

    private static GuestWay Routed(Port leg, IPAddress from, PhysicalAddress? mac, IPAddress asked, IPAddress standing, IPEndPoint listener, Subnet subnet) => new(
        new Scope(ScopeKind.Router, leg.DeviceId), DeviceNames.RouterNamespace(leg.DeviceId), DeviceNames.RouterEnd(leg.Id), leg,
        from, mac, asked, standing, listener, subnet);

    // RFC 4291, appendix A.
    private static IPAddress LinkLocalOf(PhysicalAddress mac)
    {
        var m = mac.GetAddressBytes();
        return new IPAddress([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]]);
    }

    private static GuestWayFound Found(GuestWay way) => new(way, null, null);

    private static GuestWayFound None(string why, string mend) => new(null, why, mend);
}
