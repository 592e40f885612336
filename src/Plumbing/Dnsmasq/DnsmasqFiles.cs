using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>The files dnsmasq rereads on SIGHUP, to the byte as Neutron's DHCP agent writes them. Pure.</summary>
internal sealed record DnsmasqFiles(string Host, string AddnHosts, string Opts)
{
    /// <summary>Renders all three.</summary>
    public static DnsmasqFiles Render(WantedDhcp dhcp)
    {
        var subnets = dhcp.Subnets.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var host = new StringBuilder();
        var addnHosts = new StringBuilder();
        foreach (var entry in dhcp.Hosts)
        {
            var name = FullName(entry, dhcp);
            addnHosts.Append(entry.Address).Append('\t').Append(name).Append(' ').Append(entry.HostName).Append('\n');
            if (!subnets.TryGetValue(entry.SubnetId, out var subnet)) continue;
            if (IsHandedOut(subnet)) host.Append(HostLine(entry, name)).Append('\n');
            else if (subnet.HasRange && entry.OptionsOf is { } port) host.Append($"{Format.Mac(entry.Mac)},tag:dhcpv6,set:port-{port}\n");
        }

        return new DnsmasqFiles(host.ToString(), addnHosts.ToString(), DnsmasqOptions.Render(dhcp));
    }

    /// <summary>Whether dnsmasq hands out the addresses of a subnet; with stateless DHCPv6 guests make their own.</summary>
    public static bool IsHandedOut(WantedSubnet subnet) => subnet.HasRange && (subnet.IsV4 || subnet.V6 != DhcpV6Service.Stateless);

    private static string FullName(HostEntry entry, WantedDhcp dhcp) =>
        dhcp.DnsDomain.Length == 0 ? entry.HostName : $"{entry.HostName}.{dhcp.DnsDomain}";

    // The tag keeps an IPv4 request of the same MAC from matching the IPv6 line.
    private static string HostLine(HostEntry entry, string name) => entry.Address.AddressFamily == AddressFamily.InterNetwork
        ? $"{Format.Mac(entry.Mac)},{(entry.ClientId is { } id ? $"id:{id}," : "")}{name},{entry.Address}{Tag(entry)}"
        : $"{Format.Mac(entry.Mac)},tag:dhcpv6,{name},[{entry.Address}]{Tag(entry)}";

    private static string Tag(HostEntry entry) => entry.OptionsOf is { } port ? $",set:port-{port}" : "";
}
