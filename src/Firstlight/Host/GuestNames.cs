using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Host;

/// <summary>What DHCP and DNS call the ports of a network, and what it tells single ones. Pure.</summary>
internal static class GuestNames
{
    /// <summary>Every address of every port but DHCP's own, with a name no other address of its kind has.</summary>
    public static IEnumerable<HostEntry> Entries(Cloud cloud, NetworkView view)
    {
        var taken = new HashSet<(string Name, AddressFamily Family)>();
        var stateless = view.Subnets.Where(s => s.Ipv6AddressMode == Ipv6Mode.Dhcpv6Stateless).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var port in view.Ports.Where(p => !NetworkView.IsDhcp(p)))
        {
            var own = OwnName(cloud, port);
            var hasOptions = port.ExtraDhcpOptions.Any(o => o.Name != ExtraDhcpOption.ClientId);
            var clientId = port.ExtraDhcpOptions.FirstOrDefault(o => o is { Name: ExtraDhcpOption.ClientId, IpVersion: 4 })?.Value;

            // dnsmasq wants the stateless IPv6 addresses of a port before its IPv4 one; otherwise the port's own order.
            foreach (var ip in port.FixedIps.OrderBy(f => stateless.Contains(f.SubnetId) ? 0 : 1))
            {
                var named = own is not null && taken.Add((own.ToLowerInvariant(), ip.Address.AddressFamily));
                yield return new HostEntry(port.Mac, ip.SubnetId, ip.Address, named ? own! : OfAddress(ip.Address)) { OptionsOf = hasOptions ? port.Id : null, ClientId = clientId };
            }
        }
    }

    /// <summary>DHCP options of single ports, those of an IP version the port has.</summary>
    public static IEnumerable<PortOption> Options(NetworkView view) =>
        from port in view.Ports
        from option in port.ExtraDhcpOptions
        where option.Name != ExtraDhcpOption.ClientId
        let family = option.IpVersion == 6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork
        where port.FixedIps.Any(f => f.Address.AddressFamily == family)
        select new PortOption(port.Id, option.IpVersion == 6, option.Name, option.Value);

    // As Nova and Neutron's DNS extension: a port is called what its server is. A host name may have a domain; DHCP has its own.
    private static string? OwnName(Cloud cloud, Port port) =>
        port.DnsName.Length > 0 ? port.DnsName : cloud.Servers.GetValueOrDefault(port.DeviceId)?.Hostname.Split('.')[0];

    private static string OfAddress(IPAddress address) => "host-" + address.ToString().Replace('.', '-').Replace(':', '-');
}
