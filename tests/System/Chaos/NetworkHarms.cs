using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What can be done to a network: to its bridge, its DHCP namespace, that one's device, dnsmasq and its files.</summary>
internal static class NetworkHarms
{
    /// <summary>All that apply to it.</summary>
    /// <param name="part">The network.</param>
    /// <param name="addresses">Addresses of its DHCP device, with their prefix lengths.</param>
    /// <param name="random">Chooses details.</param>
    public static IReadOnlyList<Harm> Of(NetworkPart part, IReadOnlyList<string> addresses, Random random)
    {
        var harms = OfBridge(part, random).ToList();
        if (part.Dhcp is { } dhcp) harms.AddRange([.. OfDevice(part, dhcp, addresses, random), .. OfNamespace(part, dhcp), .. OfDaemon(part, dhcp, random)]);
        return harms;
    }

    private static IEnumerable<Harm> OfBridge(NetworkPart part, Random random)
    {
        var (name, bridge) = (part.Network.Name, part.Bridge);
        Func<AskedWay, bool> all = part.Network.External ? way => way.IsOutside : way => way.Network == name;
        yield return Harm.ByIp("bridge down", part, all, "link", "set", "dev", bridge, "down");
        yield return Harm.ByIp("bridge deleted", part, all, "link", "del", "dev", bridge);
        yield return Setting("bridge answers ARP for the host", part, $"ipv4/conf/{bridge}/arp_ignore", "0");
        yield return Setting("bridge has IPv6 again", part, $"ipv6/conf/{bridge}/disable_ipv6", "0");
        yield return Harm.By("bridge learns from reserved groups", part, Harm.Nobody, "sh", "-c", $"echo 0 > /sys/class/net/{bridge}/bridge/no_linklocal_learn");
        if (part.Network.Uplink is { } uplink)
        {
            yield return Harm.ByIp("uplink pulled out", part, all, "link", "set", "dev", uplink, "nomaster");
            yield return Harm.ByIp("uplink down", part, all, "link", "set", "dev", uplink, "down");
        }

        if (part.Guests.Count == 0) yield break;
        var (guest, tap) = part.Guests.ElementAt(random.Next(part.Guests.Count));
        yield return Harm.ByIp($"device of {guest} pulled out", part, way => way.Guest == guest, "link", "set", "dev", tap, "nomaster");
        yield return Harm.ByIp($"device of {guest} down", part, way => way.Guest == guest, "link", "set", "dev", tap, "down");
    }

    private static IEnumerable<Harm> OfDevice(NetworkPart part, DhcpPart dhcp, IReadOnlyList<string> addresses, Random random)
    {
        var (inside, device, tap) = (dhcp.Namespace, dhcp.Veth.Name, dhcp.Veth.HostEnd);
        var served = Served(part);
        var address = addresses[random.Next(addresses.Count)];
        yield return Harm.ByIp($"{address} deleted", part, served, "-n", inside, "addr", "del", address, "dev", device);
        yield return Harm.ByIp("all addresses deleted", part, served, "-n", inside, "addr", "flush", "dev", device);
        yield return Harm.ByIp("an address too many", part, Harm.Nobody, "-n", inside, "addr", "add", "198.18.0.1/24", "dev", device);
        yield return Harm.ByIp("device down", part, served, "-n", inside, "link", "set", "dev", device, "down");
        yield return Harm.ByIp("device's end in the host down", part, served, "link", "set", "dev", tap, "down");
        yield return Harm.ByIp("device pulled out of the bridge", part, served, "link", "set", "dev", tap, "nomaster");
        yield return Harm.ByIp("veth deleted", part, served, "link", "del", "dev", tap);
        yield return Harm.ByIp("MTU changed", part, served, "-n", inside, "link", "set", "dev", device, "mtu", "1300");
        yield return Harm.ByIp("MAC changed", part, served, "-n", inside, "link", "set", "dev", device, "address", "02:00:00:00:00:01");
        yield return Setting("device's end in the host has IPv6 again", part, $"ipv6/conf/{tap}/disable_ipv6", "0");
        yield return Harm.By("routes to its prefixes deleted", part, served, "sh", "-c", $"for f in -4 -6; do ip -n {inside} $f route flush dev {device} proto kernel; done");
    }

    private static IEnumerable<Harm> OfNamespace(NetworkPart part, DhcpPart dhcp)
    {
        var served = Served(part);
        yield return Harm.ByIp("namespace deleted", part, served, "netns", "del", dhcp.Namespace);
        yield return Harm.By("namespace unmounted", part, served, "umount", $"/run/netns/{dhcp.Namespace}");
        yield return Harm.By("settings of the namespace changed", part, served, "ip", "netns", "exec", dhcp.Namespace, "sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=0", "net.ipv6.conf.default.accept_dad=1");
    }

    private static IEnumerable<Harm> OfDaemon(NetworkPart part, DhcpPart dhcp, Random random)
    {
        string[] names = ["host", "addn_hosts", "opts", "interface", "pid", "leases"];
        var file = names[random.Next(names.Length)];
        yield return new Harm($"dnsmasq killed ({part.Name})", [part], Harm.Nobody, () => KillAsync(dhcp.Directory));
        yield return Harm.By($"file {file} removed", part, Harm.Nobody, "rm", "-f", Path.Combine(dhcp.Directory, file));
        yield return Harm.By("all of dnsmasq's files removed", part, Harm.Nobody, "rm", "-rf", dhcp.Directory);
        yield return new Harm($"files lost and dnsmasq killed ({part.Name})", [part], Harm.Nobody, async () =>
        {
            await Run.ProgramAsync("rm", "-rf", dhcp.Directory);
            await KillAsync(dhcp.Directory);
        });
        yield return Harm.By("hosts overwritten", part, Harm.Nobody, "sh", "-c", $"echo garbage > {dhcp.Directory}/host");
    }

    /// <summary>Ends the dnsmasq of a directory as a crash would.</summary>
    internal static async Task KillAsync(string directory)
    {
        foreach (var pid in Standing.Dnsmasqs(directory)) await Run.ProgramAsync("kill", "-KILL", $"{pid}");
    }

    private static Func<AskedWay, bool> Served(NetworkPart part) => way => way.Network == part.Network.Name && way.Through is null;

    private static Harm Setting(string text, NetworkPart part, string name, string value) =>
        Harm.By(text, part, Harm.Nobody, "sh", "-c", $"echo {value} > /proc/sys/net/{name}");
}
