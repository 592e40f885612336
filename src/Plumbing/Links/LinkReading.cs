using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Links;

/// <summary>Reads the messages of rtnetlink(7) about devices and what stands on them. Pure.</summary>
internal static class LinkReading
{
    /// <summary>A device; its master by index.</summary>
    public static (Device Device, int Master)? Link(ReadOnlySpan<byte> body)
    {
        // Bridges tell of their members in messages of their own family.
        if (body.Length < RouteNetlink.LinkLength || body[0] != 0) return null;
        var (name, mtu, master, peer, mac, refuses) = ("", 0, 0, 0, (PhysicalAddress?)null, false);
        foreach (var attribute in NetlinkAttributes.After(body, RouteNetlink.LinkLength))
        {
            switch (attribute.Type)
            {
                case RouteNetlink.IFLA_IFNAME:
                    name = attribute.Text;
                    break;
                case RouteNetlink.IFLA_MTU:
                    mtu = attribute.Number;
                    break;
                case RouteNetlink.IFLA_LINK:
                    peer = attribute.Number;
                    break;
                case RouteNetlink.IFLA_MASTER:
                    master = attribute.Number;
                    break;
                case RouteNetlink.IFLA_LINKINFO:
                    refuses = RefusesReserved(attribute.Value);
                    break;
                case RouteNetlink.IFLA_ADDRESS:
                    mac = new PhysicalAddress(attribute.Value.ToArray());
                    break;
            }
        }

        var flags = MemoryMarshal.Read<uint>(body[8..]);
        var device = new Device(name, mac, mtu, (flags & RouteNetlink.IFF_UP) != 0, Master: null, [])
        {
            Index = MemoryMarshal.Read<int>(body[4..]),
            Running = (flags & RouteNetlink.IFF_RUNNING) != 0,
            Peer = peer,
            RefusesReserved = refuses,
        };
        return (device, master);
    }

    /// <summary>An address on a device.</summary>
    public static (int Index, LinkAddress Address)? Address(ReadOnlySpan<byte> body)
    {
        if (body.Length < RouteNetlink.AddressLength) return null;
        uint flags = body[2];
        ReadOnlySpan<byte> address = default;
        ReadOnlySpan<byte> local = default;
        foreach (var attribute in NetlinkAttributes.After(body, RouteNetlink.AddressLength))
        {
            switch (attribute.Type)
            {
                case RouteNetlink.IFA_ADDRESS:
                    address = attribute.Value;
                    break;
                case RouteNetlink.IFA_LOCAL:
                    local = attribute.Value;
                    break;
                case RouteNetlink.IFA_FLAGS when attribute.Value.Length >= sizeof(uint):
                    flags = (uint)attribute.Number;
                    break;
            }
        }

        // Only an address with a peer has both; the other end is then the first.
        if (ToAddress(local.IsEmpty ? address : local) is not { } own) return null;
        var state = (flags & RouteNetlink.IFA_F_DADFAILED) != 0 ? Namespaces.AddressState.Duplicate
            : (flags & RouteNetlink.IFA_F_TENTATIVE) != 0 ? Namespaces.AddressState.Tentative : Namespaces.AddressState.Ready;
        return (MemoryMarshal.Read<int>(body[4..]), new LinkAddress(own, body[1], body[3] == RouteNetlink.RT_SCOPE_LINK, state) { Ends = (flags & RouteNetlink.IFA_F_PERMANENT) == 0 });
    }

    /// <summary>A route of the main table to where packets can go, by the index of its device; null for any other. A default route leads to a prefix of no bits.</summary>
    public static (int Index, IPNetwork Prefix, IPAddress? Gateway)? Route(ReadOnlySpan<byte> body)
    {
        if (body.Length < RouteNetlink.RouteLength || body[7] != RouteNetlink.RTN_UNICAST) return null;
        int table = body[4];
        var destination = body[0] == SocketCalls.AF_INET ? IPAddress.Any : IPAddress.IPv6Any;
        var (index, gateway) = (0, (IPAddress?)null);
        foreach (var attribute in NetlinkAttributes.After(body, RouteNetlink.RouteLength))
        {
            switch (attribute.Type)
            {
                case RouteNetlink.RTA_TABLE:
                    table = attribute.Number;
                    break;
                case RouteNetlink.RTA_DST:
                    destination = ToAddress(attribute.Value) ?? destination;
                    break;
                case RouteNetlink.RTA_OIF:
                    index = attribute.Number;
                    break;
                case RouteNetlink.RTA_GATEWAY:
                    gateway = ToAddress(attribute.Value);
                    break;
            }
        }

        return table == RouteNetlink.RT_TABLE_MAIN && index != 0 ? (index, new IPNetwork(destination, body[1]), gateway) : null;
    }

    /// <summary>An address that neighbour discovery is answered for.</summary>
    public static (int Index, IPAddress Address)? Proxied(ReadOnlySpan<byte> body)
    {
        if (body.Length < RouteNetlink.NeighbourLength || (body[10] & RouteNetlink.NTF_PROXY) == 0) return null;
        foreach (var attribute in NetlinkAttributes.After(body, RouteNetlink.NeighbourLength))
        {
            if (attribute.Type == RouteNetlink.NDA_DST && ToAddress(attribute.Value) is { } address) return (MemoryMarshal.Read<int>(body[4..]), address);
        }

        return null;
    }

    // What is told of a device of a kind has numbers of that kind's own. The kind is told first.
    private static bool RefusesReserved(ReadOnlySpan<byte> info)
    {
        var isBridge = false;
        foreach (var attribute in new NetlinkAttributes(info))
        {
            if (attribute.Type == RouteNetlink.IFLA_INFO_KIND) isBridge = attribute.Text == "bridge";
            if (!isBridge || attribute.Type != RouteNetlink.IFLA_INFO_DATA) continue;
            foreach (var option in new NetlinkAttributes(attribute.Value))
            {
                if (option.Type == RouteNetlink.IFLA_BR_MULTI_BOOLOPT && option.Value.Length >= sizeof(ulong)) return (MemoryMarshal.Read<uint>(option.Value) & RouteNetlink.BR_BOOLOPT_NO_LL_LEARN) != 0;
            }
        }

        return false;
    }

    private static IPAddress? ToAddress(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes) : null;
}
