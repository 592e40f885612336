using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Links;

/// <summary>One veth: its end in the host, in a bridge, and its end in a namespace, with addresses.</summary>
internal sealed record WantedDevice(string Name, string HostEnd, string Bridge, PhysicalAddress Mac, int Mtu, ImmutableArray<InterfaceAddress> Addresses)
{
    /// <summary>169.254.169.254 as it stands on devices.</summary>
    public static readonly InterfaceAddress MetadataV4 = new(IPAddress.Parse("169.254.169.254"), 32);

    /// <summary>fe80::a9fe:a9fe as it stands on devices.</summary>
    public static readonly InterfaceAddress MetadataV6 = new(IPAddress.Parse("fe80::a9fe:a9fe"), 64);

    /// <summary>Whether neighbour discovery for fe80::a9fe:a9fe is answered here in the name of all who may.</summary>
    public bool ProxiesMetadataV6 { get; init; }

    /// <summary>Default gateways of the namespace through this device.</summary>
    public ImmutableArray<IPAddress> Gateways { get; init; } = [];

    /// <summary>The device of a DHCP port.</summary>
    public static WantedDevice Of(WantedNetwork network, WantedDhcp dhcp)
    {
        var addresses = dhcp.Addresses;
        if (dhcp.MetadataV4) addresses = addresses.Add(MetadataV4);
        if (dhcp.MetadataV6) addresses = addresses.Add(MetadataV6);
        return new WantedDevice(
            DeviceNames.DhcpEnd(dhcp.PortId), DeviceNames.HostEnd(dhcp.PortId), DeviceNames.Bridge(network.Id), dhcp.Mac, network.Mtu, addresses)
        {
            Gateways = [.. new[] { dhcp.GatewayV4, dhcp.GatewayV6 }.OfType<IPAddress>()],
        };
    }

    /// <summary>The device of a router port.</summary>
    public static WantedDevice Of(WantedRouterInterface leg) => new(
        DeviceNames.RouterEnd(leg.PortId), DeviceNames.HostEnd(leg.PortId), DeviceNames.Bridge(leg.NetworkId), leg.Mac, leg.Mtu, leg.Addresses)
    {
        ProxiesMetadataV6 = leg.MetadataV6,
    };

    /// <summary>The device of a gateway port.</summary>
    public static WantedDevice Of(WantedGateway gateway) => new(
        DeviceNames.GatewayEnd(gateway.PortId), DeviceNames.HostEnd(gateway.PortId), DeviceNames.Bridge(gateway.NetworkId), gateway.Mac, gateway.Mtu,
        [.. gateway.Addresses, .. gateway.FloatingIps.Select(f => new InterfaceAddress(f.Address, 32))])
    {
        Gateways = gateway.NextHops,
    };
}
