using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A small wanted host with ids of its own.</summary>
internal static class Wanted
{
    public const string GuestMac = "fa:16:3e:00:00:70";

    public static WantedNetwork Network(bool withV6 = false, bool metadataV6 = false, bool routed = false)
    {
        var (four, six) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var network = new WantedNetwork
        {
            Id = Guid.NewGuid().ToString(),
            Mtu = 1450,
            Dhcp = new WantedDhcp
            {
                PortId = Guid.NewGuid().ToString(),
                Mac = PhysicalAddress.Parse("fa163e0000aa"),
                Addresses = [new InterfaceAddress(IPAddress.Parse("10.0.0.65"), 26)],
                MetadataV6 = metadataV6,
                GatewayV4 = IPAddress.Parse("10.0.0.126"),
                Subnets =
                [
                    new WantedSubnet
                    {
                        Id = four, Cidr = IPNetwork.Parse("10.0.0.64/26"), Gateway = IPAddress.Parse("10.0.0.126"), Dns = [IPAddress.Parse("192.0.2.53")],
                        MetadataNextHop = IPAddress.Parse(routed ? "10.0.0.126" : "10.0.0.65"),
                    },
                ],
                Hosts = [new HostEntry(PhysicalAddress.Parse(GuestMac), four, IPAddress.Parse("10.0.0.70"), "host-10-0-0-70")],
            },
        };
        if (!withV6) return network;
        var dhcp = network.Dhcp;
        return network with
        {
            Dhcp = dhcp with
            {
                Addresses = dhcp.Addresses.Add(new InterfaceAddress(IPAddress.Parse("fd00:b::2"), 64)),
                GatewayV6 = IPAddress.Parse("fd00:b::1"),
                Subnets = dhcp.Subnets.Add(new WantedSubnet { Id = six, Cidr = IPNetwork.Parse("fd00:b::/64"), Gateway = IPAddress.Parse("fd00:b::1"), V6 = DhcpV6Service.Slaac }),
            },
        };
    }

    public static WantedRouter Router(WantedNetwork network, bool metadataV6 = false, bool advertise = false)
    {
        var leg = new WantedRouterInterface
        {
            PortId = Guid.NewGuid().ToString(),
            NetworkId = network.Id,
            Mac = PhysicalAddress.Parse("fa163e0000fe"),
            Mtu = network.Mtu,
            Addresses = [new InterfaceAddress(IPAddress.Parse("10.0.0.126"), 26), new InterfaceAddress(IPAddress.Parse("fd00:b::1"), 64)],
            MetadataV6 = metadataV6,
        };
        if (advertise)
            leg = leg with { Advertisements = [new WantedAdvertisement(Guid.NewGuid().ToString(), IPNetwork.Parse("fd00:b::/64"), DhcpV6Service.Slaac, [])] };
        return new WantedRouter { Id = Guid.NewGuid().ToString(), Interfaces = [leg] };
    }
}
