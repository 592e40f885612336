using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Links;

/// <summary>Difference between a namespace as it is and as it shall be, in lines for <c>ip -batch</c>. Pure.</summary>
internal static class NamespacePlan
{
    /// <summary>Lines that make lo and the wanted devices right. Devices that are not wanted are left: their owner takes them away.</summary>
    /// <param name="actual">What the namespace has; a wanted device missing there is on its way in.</param>
    /// <param name="wanted">Devices wanted.</param>
    public static List<string> Lines(LinkDump actual, IReadOnlyList<WantedDevice> wanted)
    {
        var lines = new List<string>();
        if (!actual.Devices.TryGetValue("lo", out var lo) || !lo.Up) lines.Add("link set dev lo up");
        foreach (var device in wanted)
        {
            var present = actual.Devices.GetValueOrDefault(device.Name);
            AddLink(lines, device, present);
            AddAddresses(lines, device, present, hasV6: lo is not null && lo.Addresses.Any(a => a.Address.Equals(IPAddress.IPv6Loopback)));
            if (present is { Up: true }) AddConnected(lines, device, actual, present);
            AddProxied(lines, device, actual, wasUp: present is { Up: true });
            AddRoutes(lines, device, actual, wasUp: present is { Up: true });
        }

        return lines;
    }

    /// <summary>
    /// Tells neighbours of all addresses of a device, for whoever has learned another MAC asks nobody for a minute: the kernel does it when a MAC is set, its own as well
    /// (arp_notify and ndisc_notify, see NamespaceSettings).
    /// </summary>
    public static string Announce(WantedDevice device) => $"link set dev {device.Name} address {Format.Mac(device.Mac)}";

    private static void AddLink(List<string> lines, WantedDevice device, Device? present)
    {
        if (present is not null && present.Mtu != device.Mtu) lines.Add($"link set dev {device.Name} mtu {device.Mtu}");
        if (present is not { Up: true }) lines.Add($"link set dev {device.Name} up");
    }

    private static void AddAddresses(List<string> lines, WantedDevice device, Device? present, bool hasV6)
    {
        var wanted = device.Addresses.ToHashSet();
        var kernels = LinkLocalOf(device.Mac);
        foreach (var address in present?.Addresses ?? [])
        {
            var own = new InterfaceAddress(address.Address, address.PrefixLength);
            if (!address.Failed && wanted.Remove(own))
            {
                if (address.Ends) lines.Add($"addr change {own} dev {device.Name}{Flags(own)} valid_lft forever");
            }
            else if (!(address.LinkLocal && address.Address.Equals(kernels))) lines.Add($"addr del {own} dev {device.Name}");
        }

        // The kernel gives a device its link-local address when it comes up, and once only.
        if (hasV6 && present is { Up: true } && !present.Addresses.Any(a => a.Address.Equals(kernels))) lines.Add($"addr add {kernels}/64 dev {device.Name} nodad");

        // The order stays the wanted one: the first address of a prefix becomes its source address.
        var come = wanted.Count > 0;
        foreach (var address in device.Addresses)
        {
            if (!wanted.Remove(address)) continue;
            lines.Add($"addr add {address} dev {device.Name}{Flags(address)}");
        }

        // Another machine may have had the address, or this one another MAC.
        var isOther = present?.Mac is { } mac && !mac.Equals(device.Mac);
        if (isOther || come) lines.Add(Announce(device));
    }

    // An address that a device carries is answered for with the override flag: of two routers guests would believe now one, now the other,
    // and lose the connections of the first. What is proxied is answered for without it, so a guest stays with whom it heard first until
    // that one is gone. The kernel waits up to 0.8 s before such an answer unless told not to.
    private static void AddProxied(List<string> lines, WantedDevice device, LinkDump actual, bool wasUp)
    {
        var present = wasUp && actual.Proxied.Any(p => string.Equals(p.Device, device.Name, StringComparison.Ordinal) && p.Address.Equals(WantedDevice.MetadataV6.Address));
        if (present == device.ProxiesMetadataV6) return;
        if (device.ProxiesMetadataV6) lines.Add($"ntable change name ndisc_cache dev {device.Name} proxy_delay 0");
        lines.Add($"neigh {(device.ProxiesMetadataV6 ? "add" : "del")} proxy {WantedDevice.MetadataV6.Address} dev {device.Name}");
    }

    private static string Flags(InterfaceAddress address)
    {
        if (address.Address.AddressFamily == AddressFamily.InterNetwork) return address.PrefixLength < 31 ? " broadcast +" : "";

        // Without duplicate detection: see NamespaceSettings. fe80::a9fe:a9fe is the same everywhere, so nothing may ever be sent from it by choice:
        // a preferred lifetime of 0 makes the kernel and dnsmasq take the EUI-64 one as source (of router advertisements above all).
        return address == WantedDevice.MetadataV6 ? " nodad preferred_lft 0" : " nodad";
    }

    // The kernel makes the route of a prefix with the first address in it, and not again when someone takes the route alone away.
    // Devices share prefixes of IPv6 (fe80::/64), and there "replace" would take another's.
    private static void AddConnected(List<string> lines, WantedDevice device, LinkDump actual, Device present)
    {
        var standing = present.Addresses.Where(a => !a.Failed).Select(a => new InterfaceAddress(a.Address, a.PrefixLength));
        var missing = standing
            .Where(a => a.PrefixLength < (a.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) && (device.Addresses.Contains(a) || a.Address.Equals(LinkLocalOf(device.Mac))))
            .DistinctBy(a => a.Prefix)
            .Where(a => !actual.Connected.Contains(new ConnectedRoute(a.Prefix, device.Name)));
        foreach (var address in missing)
        {
            lines.Add(address.Address.AddressFamily == AddressFamily.InterNetwork
                ? $"route replace {address.Prefix} dev {device.Name} proto kernel scope link src {address.Address}"
                : $"route append {address.Prefix} dev {device.Name} proto kernel metric 256");
        }
    }

    private static void AddRoutes(List<string> lines, WantedDevice device, LinkDump actual, bool wasUp)
    {
        // Routes through a device that was down are gone whatever the dump says.
        var present = wasUp ? actual.Defaults.Where(r => string.Equals(r.Device, device.Name, StringComparison.Ordinal)).ToList() : [];
        foreach (var route in present.Where(r => r.Gateway is null || !device.Gateways.Contains(r.Gateway)))
            lines.Add(route.Gateway is null ? $"route del default dev {device.Name}" : $"route del default via {route.Gateway} dev {device.Name}");
        foreach (var gateway in device.Gateways.Where(g => !present.Exists(r => g.Equals(r.Gateway))))
        {
            if (!device.Addresses.Any(a => IsOnLink(a, gateway)))
                lines.Add($"route replace {gateway}/{(gateway.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)} dev {device.Name} proto static scope link");
            lines.Add($"route replace default via {gateway} dev {device.Name} proto static");
        }
    }

    private static bool IsOnLink(InterfaceAddress address, IPAddress gateway) => gateway.IsIPv6LinkLocal || address.Contains(gateway);

    /// <summary>The link-local address the kernel gives a device of that MAC (RFC 4291, appendix A).</summary>
    internal static IPAddress LinkLocalOf(PhysicalAddress mac)
    {
        var m = mac.GetAddressBytes();
        return new IPAddress([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(m[0] ^ 2), m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]]);
    }
}
