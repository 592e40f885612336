using System.Collections.Immutable;
using System.Text;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary>
/// <c>/openstack/content/0000</c>: Debian's <c>interfaces(5)</c> for networks Nova injects, in the layout of Nova's packaged template.
/// </summary>
internal static class NetworkTemplate
{
    private const string Head =
        "# Injected by Nova on instance boot\n#\n# This file describes the network interfaces available on your system\n"
        + "# and how to activate them. For more information, see interfaces(5).\n\n"
        + "# The loopback network interface\nauto lo\niface lo inet loopback\n";

    /// <summary>The file, or null when no interface is injected.</summary>
    public static string? Render(ImmutableArray<Vif> vifs)
    {
        var interfaces = vifs.Where(vif => vif.Network is { Subnets.IsEmpty: false })
            .Select((vif, n) => (Vif: vif, Network: vif.Network!, Name: $"eth{n}"))
            .Where(nic => nic.Network.Injected && !FirstSubnets(nic.Network).Any(subnet => subnet.DhcpServer is not null))
            .ToList();
        if (interfaces.Count == 0) return null;

        var text = new StringBuilder(Head);
        foreach (var (vif, network, name) in interfaces)
        {
            text.Append($"\nauto {name}\n");
            foreach (var subnet in NetworkDataDocument.ToldSubnets(network)) Stanza(text, name, vif, subnet);
        }

        return text.ToString();
    }

    private static IEnumerable<VifSubnet> FirstSubnets(VifNetwork network) => network.Subnets.DistinctBy(subnet => subnet.Version);

    private static void Stanza(StringBuilder text, string name, Vif vif, VifSubnet subnet)
    {
        var v6 = subnet.Version == 6;
        text.Append($"iface {name} {(v6 ? "inet6" : "inet")} static\n");
        text.Append($"    hwaddress ether {vif.Address}\n");
        text.Append($"    address {subnet.Addresses[0].Address}\n");
        text.Append($"    netmask {(v6 ? $"{AddressText.PrefixLength(subnet.Cidr)}" : AddressText.Mask(subnet.Cidr))}\n");
        if (!v6) text.Append($"    broadcast {AddressText.Broadcast(subnet.Cidr)}\n");
        if (!string.IsNullOrEmpty(subnet.Gateway)) text.Append($"    gateway {subnet.Gateway}\n");
        if (!subnet.Dns.IsEmpty) text.Append($"    dns-nameservers {string.Join(' ', subnet.Dns)}\n");
    }
}
