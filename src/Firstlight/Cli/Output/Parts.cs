using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Output;

/// <summary>Small texts of the command line as the domain's values; null where the text is not of the form.</summary>
internal static class Parts
{
    /// <summary>An address written whole: not <c>10.1</c> for 10.0.0.1.</summary>
    public static IPAddress? Address(string text) =>
        IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3) ? address : null;

    /// <summary>A prefix without host bits.</summary>
    public static IPNetwork? Prefix(string text) =>
        text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && Address(text[..slash]) is { } address
        && IPNetwork.TryParse(text, out var prefix) && prefix.BaseAddress.Equals(address) ? prefix : null;

    /// <summary>A MAC of six bytes, with colons or hyphens.</summary>
    public static PhysicalAddress? Mac(string text) =>
        PhysicalAddress.TryParse(text.Replace(':', '-').ToUpperInvariant(), out var mac) && mac.GetAddressBytes().Length == 6 ? mac : null;

    /// <summary>An IPv6 mode by Neutron's name.</summary>
    public static Ipv6Mode? Mode(string text) => text switch
    {
        "slaac" => Ipv6Mode.Slaac,
        "dhcpv6-stateful" => Ipv6Mode.Dhcpv6Stateful,
        "dhcpv6-stateless" => Ipv6Mode.Dhcpv6Stateless,
        _ => null,
    };

    /// <summary>A route such as <c>destination=10.9.0.0/16,gateway=10.0.0.254</c>.</summary>
    public static HostRoute? Route(string text) =>
        Fields(text, "destination", "gateway") is { } f && f.TryGetValue("destination", out var to) && f.TryGetValue("gateway", out var by)
        && Prefix(to) is { } destination && Address(by) is { } hop ? new HostRoute(destination, hop) : null;

    /// <summary>A pool such as <c>start=10.0.0.10,end=10.0.0.99</c>.</summary>
    public static AllocationPool? Pool(string text) =>
        Fields(text, "start", "end") is { } f && f.TryGetValue("start", out var first) && f.TryGetValue("end", out var last)
        && Address(first) is { } start && Address(last) is { } end ? new AllocationPool(start, end) : null;

    /// <summary>An address wanted, such as <c>10.0.0.5</c>, <c>subnet=blue-v4</c> or <c>subnet=blue-v4,ip-address=10.0.0.5</c>.</summary>
    public static FixedIpSpec? FixedIp(string text)
    {
        if (Address(text) is { } alone) return new FixedIpSpec(null, alone);
        if (Fields(text, "subnet", "ip-address") is not { Count: > 0 } f) return null;
        var address = f.TryGetValue("ip-address", out var ip) ? Address(ip) : null;
        return f.ContainsKey("ip-address") && address is null ? null : new FixedIpSpec(f.GetValueOrDefault("subnet"), address);
    }

    /// <summary>Addresses a port may send from, such as <c>ip-address=10.0.0.0/24</c> or <c>ip-address=10.0.0.9,mac-address=fa:16:3e:00:00:09</c>.</summary>
    public static AllowedAddressPair? AddressPair(string text)
    {
        if (Fields(text, "ip-address", "mac-address") is not { } f || !f.TryGetValue("ip-address", out var ip) || !AllowedAddressPair.TryParse(ip, out var addresses)) return null;
        if (!f.TryGetValue("mac-address", out var mac)) return new AllowedAddressPair(addresses, null);
        return Mac(mac) is { } given ? new AllowedAddressPair(addresses, given) : null;
    }

    /// <summary>An interface of a server, such as <c>blue</c> or <c>blue,ip=10.0.0.5,mac=fa:16:3e:00:00:05,name=web-1-eth0</c>; <c>ip</c> may be repeated.</summary>
    public static PortSpec? Nic(string text)
    {
        var parts = text.Split(',');
        var network = parts[0].StartsWith("net=", StringComparison.Ordinal) ? parts[0][4..] : parts[0];
        if (network.Length == 0 || network.Contains('=', StringComparison.Ordinal)) return null;

        var nic = new PortSpec { Network = network };
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) return null;
            var value = part[(equals + 1)..];
            switch (part[..equals])
            {
                case "ip" when Address(value) is { } address:
                    nic = nic with { FixedIps = nic.FixedIps.Add(new FixedIpSpec(null, address)) };
                    break;
                case "mac" when Mac(value) is { } mac:
                    nic = nic with { Mac = mac };
                    break;
                case "name" when value.Length > 0:
                    nic = nic with { Name = value };
                    break;
                default:
                    return null;
            }
        }

        return nic;
    }

    /// <summary>A DHCP option such as <c>name=bootfile-name,value=pxelinux.0</c>; the value may hold commas.</summary>
    public static ExtraDhcpOption? DhcpOption(string text)
    {
        const string Version = ",ip-version=";
        var version = text.EndsWith(Version + "6", StringComparison.Ordinal) ? 6 : 4;
        if (text.EndsWith($"{Version}{version}", StringComparison.Ordinal)) text = text[..^(Version.Length + 1)];
        if (!text.StartsWith("name=", StringComparison.Ordinal)) return null;
        var at = text.IndexOf(",value=", StringComparison.Ordinal);
        var name = at < 0 ? text[5..] : text[5..at];
        return name.Length == 0 || name.Contains(',', StringComparison.Ordinal) ? null : new ExtraDhcpOption(name, at < 0 ? "" : text[(at + 7)..], version);
    }

    /// <summary>A metadata item <c>key=value</c>; the value may hold further equal signs.</summary>
    public static string[]? Property(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? [text[..at], text[(at + 1)..]] : null;

    private static Dictionary<string, string>? Fields(string text, params string[] known)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !known.Contains(part[..equals]) || !fields.TryAdd(part[..equals], part[(equals + 1)..])) return null;
        }

        return fields;
    }
}
