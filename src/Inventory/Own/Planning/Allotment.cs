using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Gives out MACs and addresses that nobody has. What is given out or claimed once is not given out again by the same plan.</summary>
internal sealed class Allotment
{
    private readonly HashSet<PhysicalAddress> _macs = [];
    private readonly HashSet<(string Network, IPAddress Address)> _taken = [];

    // Lowest number that may still be free, by subnet: nothing becomes free within a plan.
    private readonly Dictionary<string, UInt128> _next = new(StringComparer.Ordinal);

    /// <param name="cloud">What is taken already.</param>
    /// <param name="networks">Networks of which addresses will be asked; null for any.</param>
    public Allotment(Cloud cloud, IReadOnlySet<string>? networks = null)
    {
        foreach (var port in cloud.Ports.Values) _macs.Add(port.Mac);
        foreach (var port in networks is null ? cloud.Ports.Values : networks.SelectMany(cloud.PortsOn))
        {
            foreach (var ip in port.FixedIps) _taken.Add((port.NetworkId, ip.Address));
        }
        foreach (var floating in cloud.FloatingIps.Values) _taken.Add((floating.NetworkId, floating.Address));
    }

    /// <summary>Keeps an address somebody asked for from being given to somebody else.</summary>
    public void Claim(string networkId, IPAddress address) => _taken.Add((networkId, address));

    /// <summary>Keeps a MAC somebody asked for from being given to somebody else.</summary>
    public void Claim(PhysicalAddress mac) => _macs.Add(mac);

    /// <summary>A MAC under Neutron's default prefix fa:16:3e, unique in the whole inventory while it can be.</summary>
    public PhysicalAddress Mac()
    {
        Span<byte> tail = stackalloc byte[3];
        // 16.7 million to choose from; uniqueness within a network is the rule, within the inventory a courtesy.
        for (var attempt = 0; ; attempt++)
        {
            RandomNumberGenerator.Fill(tail);
            var mac = new PhysicalAddress([0xfa, 0x16, 0x3e, tail[0], tail[1], tail[2]]);
            if (_macs.Add(mac) || attempt == 10_000) return mac;
        }
    }

    /// <summary>An address of the subnet: what the guest makes of its MAC where it does so, else the lowest free one of the pools. Null when there is none left.</summary>
    public IPAddress? Address(Subnet subnet, PhysicalAddress mac)
    {
        if (Ipv6ModeText.IsAutomatic(subnet) && subnet.Cidr.PrefixLength == 64 && mac.GetAddressBytes().Length == 6)
        {
            var made = Addresses.Eui64(subnet.Cidr, mac);
            return _taken.Add((subnet.NetworkId, made)) ? made : null;
        }
        return Lowest(subnet);
    }

    private IPAddress? Lowest(Subnet subnet)
    {
        var family = subnet.Cidr.BaseAddress.AddressFamily;
        var from = _next.GetValueOrDefault(subnet.Id);
        foreach (var (first, last) in Ranges(subnet))
        {
            for (var number = UInt128.Max(first, from); number <= last; number++)
            {
                var address = Addresses.FromNumber(number, family);
                if (!address.Equals(subnet.GatewayIp) && _taken.Add((subnet.NetworkId, address)))
                {
                    _next[subnet.Id] = number;
                    return address;
                }
                if (number == UInt128.MaxValue) break;
            }
        }
        return null;
    }

    private static IEnumerable<(UInt128 First, UInt128 Last)> Ranges(Subnet subnet)
    {
        var hosts = Addresses.Hosts(subnet.Cidr);
        if (subnet.AllocationPools.IsDefaultOrEmpty) return [hosts];
        // A pool that breaks the rules is reported by them; it must not lead the search astray meanwhile.
        return subnet.AllocationPools
            .Where(pool => Addresses.IsHost(subnet.Cidr, pool.Start) && Addresses.IsHost(subnet.Cidr, pool.End))
            .Select(pool => (Addresses.Number(pool.Start), Addresses.Number(pool.End)))
            .OrderBy(range => range.Item1);
    }
}
