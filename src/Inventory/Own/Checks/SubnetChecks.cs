using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class SubnetChecks
{
    public static void Run(Report report)
    {
        var subnets = report.Concerned.Subnets;
        foreach (var (key, subnet) in subnets)
        {
            report.CheckId(ResourceKind.Subnet, key, subnet.Id, subnet.Name);
            report.CheckName(ResourceKind.Subnet, key, subnet.Name);
            report.CheckReference(ResourceKind.Subnet, key, subnet.Name, "network", ResourceKind.Network, subnet.NetworkId);
            var check = new One(report, subnet);
            check.Prefix();
            check.Gateway();
            check.DnsNameservers();
            check.HostRoutes();
            check.AllocationPools();
            check.Ipv6Modes();
        }
        report.CheckUnique(ResourceKind.Subnet, subnets.Values, s => (s.NetworkId, s.Name), s => s.Id, "network");
        foreach (var network in subnets.Values.GroupBy(s => (s.NetworkId, s.IpVersion))) CheckOverlap(report, network);
    }

    // Sorted by first address, an overlap shows between a subnet and the one before that reaches furthest.
    private static void CheckOverlap(Report report, IEnumerable<Subnet> subnets)
    {
        Subnet? furthest = null;
        foreach (var subnet in subnets.OrderBy(s => Addresses.First(s.Cidr)).ThenBy(s => s.Cidr.PrefixLength).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            if (furthest is not null && Addresses.First(subnet.Cidr) <= Addresses.Last(furthest.Cidr))
            {
                // Of two, the one that came in with this change is told off.
                var (newer, older) = report.Before.Subnets.ContainsKey(subnet.Id) && !report.Before.Subnets.ContainsKey(furthest.Id)
                    ? (furthest, subnet)
                    : (subnet, furthest);
                report.Add(ResourceKind.Subnet, newer.Id, newer.Name, "cidr", $"{newer.Cidr} overlaps {older.Cidr} of subnet {older.Name} on the same network");
            }
            if (furthest is null || Addresses.Last(subnet.Cidr) > Addresses.Last(furthest.Cidr)) furthest = subnet;
        }
    }

    private readonly struct One(Report report, Subnet subnet)
    {
        private AddressFamily Family => subnet.Cidr.BaseAddress.AddressFamily;

        public void Prefix()
        {
            var first = subnet.Cidr.BaseAddress;
            if (subnet.Cidr.PrefixLength == 0) Add("cidr", $"{subnet.Cidr} is every address there is");
            else if (IsMulticast(first) || IPAddress.IsLoopback(first)) Add("cidr", $"{subnet.Cidr} is not for hosts (multicast or loopback)");
            else if (first.IsIPv6LinkLocal) Add("cidr", $"{subnet.Cidr} is link-local: every interface has such an address already");
        }

        public void Gateway()
        {
            if (subnet.GatewayIp is not { } gateway) return;
            if (gateway.AddressFamily != Family) Add("gateway", $"{gateway} is not an IPv{subnet.IpVersion} address");
            else if (!gateway.IsIPv6LinkLocal && !Addresses.IsHost(subnet.Cidr, gateway)) Add("gateway", $"{gateway} is not a host address of {subnet.Cidr}");
        }

        public void DnsNameservers()
        {
            foreach (var server in subnet.DnsNameservers)
            {
                if (IsMulticast(server) || server.Equals(IPAddress.Any) || server.Equals(IPAddress.IPv6Any))
                    Add("dns_nameservers", $"{server} is not the address of a host");
            }
            if (subnet.DnsNameservers.Distinct().Count() != subnet.DnsNameservers.Length) Add("dns_nameservers", "the same server is listed twice");
        }

        public void HostRoutes()
        {
            var destinations = new HashSet<IPNetwork>();
            foreach (var (destination, nextHop) in subnet.HostRoutes)
            {
                if (!destinations.Add(destination)) Add("host_routes", $"there are two routes to {destination}");
                if (destination.BaseAddress.AddressFamily != Family || nextHop.AddressFamily != Family)
                    Add("host_routes", $"the route to {destination} via {nextHop} is not of IPv{subnet.IpVersion}");
                else if (!IsReachable(nextHop))
                    Add("host_routes", $"the next hop {nextHop} of {destination} is not a host address of {subnet.Cidr}, so no guest can reach it");
            }
        }

        public void AllocationPools()
        {
            var (first, last) = Addresses.Hosts(subnet.Cidr);
            UInt128? end = null;
            foreach (var pool in subnet.AllocationPools)
            {
                var text = $"{pool.Start} to {pool.End}";
                if (pool.Start.AddressFamily != Family || pool.End.AddressFamily != Family)
                {
                    Add("allocation_pools", $"{text} is not of IPv{subnet.IpVersion}");
                    continue;
                }
                var (start, stop) = (Addresses.Number(pool.Start), Addresses.Number(pool.End));
                if (start > stop) Add("allocation_pools", $"{text} runs backwards");
                else if (start < first || stop > last) Add("allocation_pools", $"{text} is not within the host addresses of {subnet.Cidr}");
                else if (end >= start) Add("allocation_pools", $"{text} overlaps the pool before it, or they are not in order");
                if (subnet.GatewayIp is { } gateway && gateway.AddressFamily == Family && Addresses.Number(gateway) is var g && g >= start && g <= stop)
                    Add("allocation_pools", $"{text} contains the gateway {gateway}");
                end = stop;
            }
        }

        public void Ipv6Modes()
        {
            Mode("ipv6_address_mode", subnet.Ipv6AddressMode);
            Mode("ipv6_ra_mode", subnet.Ipv6RaMode);
            if (subnet.Ipv6AddressMode is { } address && subnet.Ipv6RaMode is { } ra && address != ra)
                Add("ipv6_ra_mode", $"{Ipv6ModeText.Of(ra)} does not go with ipv6_address_mode {Ipv6ModeText.Of(address)}: they must be equal where both are set");
        }

        private void Mode(string field, Ipv6Mode? mode)
        {
            if (mode is not { } set) return;
            if (subnet.IpVersion == 4) Add(field, $"{Ipv6ModeText.Of(set)} on an IPv4 subnet");
            else if (set != Ipv6Mode.Dhcpv6Stateful && subnet.Cidr.PrefixLength != 64)
                Add(field, $"{Ipv6ModeText.Of(set)} needs a /64, {subnet.Cidr} is a /{subnet.Cidr.PrefixLength}");
            if (!subnet.EnableDhcp) Add(field, $"{Ipv6ModeText.Of(set)} needs enable_dhcp");
        }

        // 0.0.0.0 as next hop means on-link (RFC 3442).
        private bool IsReachable(IPAddress nextHop) =>
            nextHop.Equals(IPAddress.Any) || nextHop.IsIPv6LinkLocal || Addresses.IsHost(subnet.Cidr, nextHop);

        private static bool IsMulticast(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.IsIPv6Multicast
            : Addresses.Number(address) >> 28 >= 0xe;

        private void Add(string field, string rule) => report.Add(ResourceKind.Subnet, subnet.Id, subnet.Name, field, rule);
    }
}
