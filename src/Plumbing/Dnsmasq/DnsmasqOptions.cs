using System.Net;
using System.Net.Sockets;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>The <c>opts</c> file: DHCP options by the tags of subnets and ports. Pure.</summary>
internal static class DnsmasqOptions
{
    private const string Metadata = "169.254.169.254/32";
    private const string Everywhere = "0.0.0.0/0";

    /// <summary>Renders it; lines without a newline at the end.</summary>
    public static string Render(WantedDhcp dhcp) =>
        string.Join('\n', [.. dhcp.Subnets.Where(s => s.HasRange).SelectMany(s => Lines(s, dhcp)), .. dhcp.PortOptions.Select(Line)]);

    // A number means an option of DHCPv4 unless it is said to be of DHCPv6.
    private static string Line(PortOption option)
    {
        var name = option.V6 ? $"option6:{option.Name}" : option.Name.All(char.IsAsciiDigit) ? option.Name : $"option:{option.Name}";
        return $"tag:port-{option.PortId},{name},{option.Value}";
    }

    private static IEnumerable<string> Lines(WantedSubnet subnet, WantedDhcp dhcp)
    {
        var tag = $"tag:subnet-{subnet.Id},";
        if (!subnet.Dns.IsEmpty) yield return tag + (subnet.IsV4 ? "option:dns-server" : "option6:dns-server") + Servers(subnet);
        if (!subnet.IsV4)
        {
            if (dhcp.DnsDomain.Length > 0) yield return $"{tag}option6:domain-search,{dhcp.DnsDomain}";
            yield break;
        }

        var gateway = GatewayOf(subnet);
        var routes = Routes(subnet, dhcp).ToList();
        if (routes.Count > 0)
        {
            // A client that honours option 121 ignores option 3 (RFC 3442), so the default route goes in as well. 249 is Microsoft's 121.
            if (gateway is not null) routes.Add($"{Everywhere},{gateway}");
            yield return $"{tag}option:classless-static-route,{string.Join(',', routes)}";
            yield return $"{tag}249,{string.Join(',', routes)}";
        }

        // Without a value dnsmasq sends no router option at all, where it would send its own address by default.
        yield return gateway is null ? $"{tag}option:router" : $"{tag}option:router,{gateway}";
    }

    private static string Servers(WantedSubnet subnet)
    {
        if (subnet.Dns is [var only] && (only.Equals(IPAddress.Any) || only.Equals(IPAddress.IPv6Any))) return "";
        return "," + string.Join(',', subnet.Dns.Select(d => d.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{d}]" : d.ToString()));
    }

    private static IEnumerable<string> Routes(WantedSubnet subnet, WantedDhcp dhcp)
    {
        foreach (var sibling in dhcp.Subnets.Reverse().Where(s => s.IsV4 && !string.Equals(s.Id, subnet.Id, StringComparison.Ordinal)))
            yield return $"{sibling.Cidr},0.0.0.0";
        foreach (var route in subnet.HostRoutes.Where(r => r.Destination.PrefixLength > 0)) yield return $"{route.Destination},{route.NextHop}";
        if (subnet.MetadataNextHop is { } nextHop) yield return $"{Metadata},{nextHop}";
    }

    private static IPAddress? GatewayOf(WantedSubnet subnet) =>
        subnet.Gateway ?? subnet.HostRoutes.FirstOrDefault(r => r.Destination.PrefixLength == 0)?.NextHop;
}
