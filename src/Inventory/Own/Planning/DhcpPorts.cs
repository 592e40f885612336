using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>The ports DHCP is served from on one host.</summary>
internal static class DhcpPorts
{
    public static Cloud Ensure(Cloud cloud, string host, IReadOnlySet<string> networks)
    {
        var prefix = $"dhcp{NameUuid.Make(NameUuid.Dns, host.Split('.')[0])}-";
        var stored = networks.SelectMany(cloud.PortsOn)
            .Where(p => p.DeviceOwner == DeviceOwners.Dhcp && p.DeviceId.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(p => p.Id, StringComparer.Ordinal).ToLookup(p => (p.NetworkId, p.DeviceId));
        var kept = new HashSet<string>(StringComparer.Ordinal);
        var ports = new ThingsDraft<string, Port>(cloud.AllPorts);
        Allotment? allotment = null;

        foreach (var network in networks.Order(StringComparer.Ordinal).Select(id => cloud.Networks.GetValueOrDefault(id)).OfType<Network>())
        {
            var served = cloud.SubnetsOn(network.Id).Where(s => s.EnableDhcp).OrderBy(s => s.IpVersion).ThenBy(s => s.Name, StringComparer.Ordinal).ToList();
            if (served.Count == 0) continue;
            var port = stored[(network.Id, prefix + network.Id)].FirstOrDefault();
            if (port is not null) kept.Add(port.Id);
            var mac = port?.Mac ?? (allotment ??= new Allotment(cloud, networks)).Mac();
            var wanted = new Port
            {
                Id = port?.Id ?? Guid.NewGuid().ToString("D"),
                NetworkId = network.Id,
                ProjectId = network.ProjectId,
                Mac = mac,
                DeviceId = prefix + network.Id,
                DeviceOwner = DeviceOwners.Dhcp,
                FixedIps = [.. served.Select(Address).OfType<FixedIp>()],
            };
            if (port is null || !Differences.Of(port, wanted).IsEmpty) ports.Put(wanted.Id, wanted);

            // A subnet with no address left is not served; its neighbours still are.
            FixedIp? Address(Subnet subnet)
            {
                if (Kept(port, subnet) is { } same) return same;
                return (allotment ??= new Allotment(cloud, networks)).Address(subnet, mac) is { } address ? new FixedIp(subnet.Id, address) : null;
            }
        }
        foreach (var port in stored.SelectMany(p => p).Where(p => !kept.Contains(p.Id))) ports.Remove(port.Id);

        var next = ports.Next;
        return next.Is(cloud.AllPorts) ? cloud : cloud with { AllPorts = next };
    }

    private static FixedIp? Kept(Port? port, Subnet subnet)
    {
        var ip = port?.FixedIps.FirstOrDefault(ip => ip.SubnetId == subnet.Id);
        if (ip is null || !Addresses.IsHost(subnet.Cidr, ip.Address)) return null;
        return Ipv6ModeText.IsAutomatic(subnet) && !ip.Address.Equals(Addresses.Eui64(subnet.Cidr, port!.Mac)) ? null : ip;
    }
}
