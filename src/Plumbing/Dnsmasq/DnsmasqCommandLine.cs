using System.Net;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Dnsmasq;

/// <summary>The command line of a network's dnsmasq, argument by argument as Neutron's DHCP agent has it. Pure.</summary>
internal static class DnsmasqCommandLine
{
    private const ulong MostLeases = 16_777_216;

    /// <summary>Renders it, program name first.</summary>
    /// <param name="directory">The network's directory; its last part is the network id, which is how a running one is known to be ours.</param>
    /// <param name="network">The network, for its MTU.</param>
    /// <param name="dhcp">Its DHCP.</param>
    public static IReadOnlyList<string> Render(string directory, WantedNetwork network, WantedDhcp dhcp)
    {
        var tuning = dhcp.Tuning;
        var ranges = dhcp.Subnets.Where(s => s.HasRange).ToList();
        return
        [
            "dnsmasq", "--no-hosts", .. When(!tuning.LocalResolv || !tuning.DnsServers.IsEmpty, "--no-resolv"),
            $"--pid-file={directory}/pid", $"--dhcp-hostsfile={directory}/host", $"--addn-hosts={directory}/addn_hosts",
            $"--dhcp-optsfile={directory}/opts", $"--dhcp-leasefile={directory}/leases",
            "--dhcp-match=set:ipxe,175", "--dhcp-userclass=set:ipxe6,iPXE",
            "--local-service", "--bind-dynamic",
            .. ranges.Select(s => Range(s, dhcp.LeaseSeconds)),
            $"--dhcp-option-force=option:mtu,{network.Mtu}",
            $"--dhcp-lease-max={Math.Min(LeaseMax(ranges), (ulong)tuning.LeaseMax)}",
            .. When(tuning.RenewalSeconds > 0, $"--dhcp-option-force=option:T1,{tuning.RenewalSeconds}s"),
            .. When(tuning.RebindingSeconds > 0, $"--dhcp-option-force=option:T2,{tuning.RebindingSeconds}s"),
            $"--conf-file={tuning.ConfigFile ?? "/dev/null"}",
            .. tuning.DnsServers.Select(s => $"--server={s}"),
            .. When(dhcp.DnsDomain.Length > 0, $"--domain={dhcp.DnsDomain}"),
            .. When(tuning.BroadcastReply, "--dhcp-broadcast"),
        ];
    }

    private static string[] When(bool condition, string argument) => condition ? [argument] : [];

    private static string Range(WantedSubnet subnet, int leaseSeconds)
    {
        var size = subnet.IsV4 ? NetMask(subnet.Cidr.PrefixLength).ToString() : subnet.Cidr.PrefixLength.ToString();
        return $"--dhcp-range=set:subnet-{subnet.Id},{subnet.Cidr.BaseAddress},static,{size},{(leaseSeconds < 0 ? "infinite" : $"{leaseSeconds}s")}";
    }

    private static ulong LeaseMax(List<WantedSubnet> ranges)
    {
        ulong sum = 0;
        foreach (var subnet in ranges)
        {
            var hostBits = (subnet.IsV4 ? 32 : 128) - subnet.Cidr.PrefixLength;
            sum += hostBits >= 24 ? MostLeases : 1UL << hostBits;
        }

        return Math.Min(sum, MostLeases);
    }

    private static IPAddress NetMask(int prefixLength)
    {
        var mask = prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength);
        return new IPAddress([(byte)(mask >> 24), (byte)(mask >> 16), (byte)(mask >> 8), (byte)mask]);
    }
}
