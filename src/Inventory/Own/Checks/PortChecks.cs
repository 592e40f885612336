using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class PortChecks
{
    public static void Run(Report report)
    {
        var macs = new Dictionary<(string Network, PhysicalAddress Mac), Port>();
        foreach (var (key, port) in report.After.Ports.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var name = Subjects.Name(port);
            report.CheckId(ResourceKind.Port, key, port.Id, name);
            report.CheckName(ResourceKind.Port, key, port.Name, required: false);
            report.CheckReference(ResourceKind.Port, key, name, "network", ResourceKind.Network, port.NetworkId);
            report.CheckReference(ResourceKind.Port, key, name, "project", ResourceKind.Project, port.ProjectId);
            CheckDevice(report, port, name);
            CheckPairs(report, port, name);
            if (!IsStation(port.Mac)) report.Add(ResourceKind.Port, key, name, "mac", $"{Addresses.MacText(port.Mac)} is not the address of one station");
            if (!macs.TryAdd((port.NetworkId, port.Mac), port))
                report.Add(ResourceKind.Port, key, name, "mac", $"{Addresses.MacText(port.Mac)} is port {Subjects.Name(macs[(port.NetworkId, port.Mac)])}'s on the same network already");
        }
        report.CheckUnique(ResourceKind.Port, report.After.Ports.Values, p => (p.NetworkId, p.Name), p => p.Id, "network");
    }

    private static void CheckDevice(Report report, Port port, string name)
    {
        if (port.AttachIndex < 0) report.Add(ResourceKind.Port, port.Id, name, "attach_index", $"{port.AttachIndex} is below 0");
        report.CheckText(ResourceKind.Port, port.Id, name, "device_owner", port.DeviceOwner, 0, Report.LongestName);
        report.CheckText(ResourceKind.Port, port.Id, name, "device_id", port.DeviceId, 0, Report.LongestName);
        if (port.DeviceOwner.StartsWith(DeviceOwners.ComputePrefix, StringComparison.Ordinal))
            report.CheckReference(ResourceKind.Port, port.Id, name, "server", ResourceKind.Server, port.DeviceId);
        else if (port.DeviceOwner == DeviceOwners.RouterInterface)
            report.CheckReference(ResourceKind.Port, port.Id, name, "device_id", ResourceKind.Router, port.DeviceId);
    }

    private static void CheckPairs(Report report, Port port, string name)
    {
        if (!port.PortSecurity && !port.AllowedAddressPairs.IsEmpty)
            report.Add(ResourceKind.Port, port.Id, name, "allowed_address_pairs", "port_security is off, so every address is allowed already");
        foreach (var mac in port.AllowedAddressPairs.Select(p => p.Mac).OfType<PhysicalAddress>().Where(m => !IsStation(m)))
            report.Add(ResourceKind.Port, port.Id, name, "allowed_address_pairs", $"{Addresses.MacText(mac)} is not the address of one station");
    }

    // Six octets, not a group's (the lowest bit of the first), not all zero.
    private static bool IsStation(PhysicalAddress mac) =>
        mac.GetAddressBytes() is { Length: 6 } bytes && (bytes[0] & 1) == 0 && bytes.Any(b => b != 0);
}
