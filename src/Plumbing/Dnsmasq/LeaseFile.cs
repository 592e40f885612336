using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>dnsmasq's lease file: we write it before a start, dnsmasq owns it from then on. Pure.</summary>
/// <remarks>IPv4: expiry, MAC, address, name, client id. IPv6: expiry, IAID, address, name, DUID; before them one line with the server's own DUID.</remarks>
internal static class LeaseFile
{
    /// <summary>What to start with: a lease without end for each IPv4 address handed out, so that a guest's renewal is known, and the IPv6 leases that still hold.</summary>
    public static string Render(WantedDhcp dhcp, string existing, string formerHost)
    {
        var text = new StringBuilder();
        foreach (var entry in HandedOut(dhcp).Where(e => e.Address.AddressFamily == AddressFamily.InterNetwork))
            text.Append("0 ").Append(Format.Mac(entry.Mac)).Append(' ').Append(entry.Address).Append(" * *\n");
        var stale = StaleAddresses(dhcp, existing, formerHost);
        foreach (var line in Lines(existing))
        {
            if (line is ["duid", ..] || (IsV6(line) && !stale.Contains(line[2]))) text.AppendJoin(' ', line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Addresses leased to a port that no longer has them. dnsmasq would refuse them to their next owner, and only forgets leases when it starts without them.</summary>
    /// <param name="dhcp">Wanted state.</param>
    /// <param name="existing">Lease file as it is.</param>
    /// <param name="formerHost">Host file before this change: an IPv6 lease does not say whose MAC it is.</param>
    public static HashSet<string> StaleAddresses(WantedDhcp dhcp, string existing, string formerHost)
    {
        var owners = HandedOut(dhcp).ToDictionary(e => e.Address.ToString(), e => Format.Mac(e.Mac), StringComparer.Ordinal);
        var former = FormerV6Owners(formerHost);
        var stale = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Lines(existing).Where(l => l.Length >= 5))
        {
            var address = line[2];
            var leasedTo = IsV6(line) ? former.GetValueOrDefault(address) : line[1];
            if (!owners.TryGetValue(address, out var owner) || (leasedTo is not null && !string.Equals(owner, leasedTo, StringComparison.OrdinalIgnoreCase)))
                stale.Add(address);
        }

        return stale;
    }

    private static IEnumerable<HostEntry> HandedOut(WantedDhcp dhcp)
    {
        var subnets = dhcp.Subnets.Where(DnsmasqFiles.IsHandedOut).Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        return dhcp.Hosts.Where(e => subnets.Contains(e.SubnetId)).DistinctBy(e => e.Address);
    }

    /// <summary>Its lines, split into fields.</summary>
    public static IEnumerable<string[]> Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Where(l => l.Length >= 2);

    private static bool IsV6(string[] line) =>
        line.Length >= 5 && IPAddress.TryParse(line[2], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static Dictionary<string, string> FormerV6Owners(string hostFile)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in hostFile.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(',');
            if (Array.Find(fields, f => f is ['[', .., ']']) is { } address) owners[address[1..^1]] = fields[0];
        }

        return owners;
    }
}
