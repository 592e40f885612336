using System.Net;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Fixed addresses: of their subnet, of nobody else, and what IPv6 makes of the MAC where it makes it.</summary>
internal static class AddressChecks
{
    public static void Run(Report report)
    {
        var taken = new Dictionary<(string Network, IPAddress Address), Port>();
        foreach (var port in report.Concerned.Ports.Values.OrderBy(p => p.Id, StringComparer.Ordinal))
        {
            foreach (var ip in port.FixedIps) Check(report, port, ip, taken);
        }
    }

    private static void Check(Report report, Port port, FixedIp ip, Dictionary<(string Network, IPAddress Address), Port> taken)
    {
        if (!taken.TryAdd((port.NetworkId, ip.Address), port))
            Add($"{ip.Address} is port {Subjects.Name(taken[(port.NetworkId, ip.Address)])}'s already");
        if (!report.CheckReference(ResourceKind.Port, port.Id, Subjects.Name(port), "fixed_ips", ResourceKind.Subnet, ip.SubnetId)) return;

        var subnet = report.After.Subnets[ip.SubnetId];
        if (subnet.NetworkId != port.NetworkId) Add($"subnet {subnet.Name} is not on the port's network");
        else if (!Addresses.IsHost(subnet.Cidr, ip.Address)) Add($"{ip.Address} is not a host address of {subnet.Cidr} (subnet {subnet.Name})");
        else if (IsNotWhatTheGuestMakes(port, subnet, ip.Address))
            Add($"{ip.Address} is not what a guest makes of {Addresses.MacText(port.Mac)} in subnet {subnet.Name}: that is {Addresses.Eui64(subnet.Cidr, port.Mac)}");

        void Add(string rule) => report.Add(ResourceKind.Port, port.Id, Subjects.Name(port), "fixed_ips", rule);
    }

    private static bool IsNotWhatTheGuestMakes(Port port, Subnet subnet, IPAddress address) =>
        Ipv6ModeText.IsAutomatic(subnet) && subnet.Cidr.PrefixLength == 64 && port.DeviceOwner is not (DeviceOwners.RouterInterface or DeviceOwners.RouterGateway)
        && port.Mac.GetAddressBytes().Length == 6 && !address.Equals(Addresses.Eui64(subnet.Cidr, port.Mac));
}
