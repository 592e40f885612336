using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class PortChecks
{
    public static void Run(Report report)
    {
        var macs = new Dictionary<(string Network, PhysicalAddress Mac), Port>();
        foreach (var (key, port) in report.Concerned.Ports.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var name = Subjects.Name(port);
            report.CheckId(ResourceKind.Port, key, port.Id, name);
            report.CheckName(ResourceKind.Port, key, port.Name, required: false);
            report.CheckReference(ResourceKind.Port, key, name, "network", ResourceKind.Network, port.NetworkId);
            report.CheckReference(ResourceKind.Port, key, name, "project", ResourceKind.Project, port.ProjectId);
            CheckDevice(report, port, name);
            CheckDhcp(report, port, name);
            CheckPairs(report, port, name);
            if (!IsStation(port.Mac)) report.Add(ResourceKind.Port, key, name, "mac", $"{Addresses.MacText(port.Mac)} is not the address of one station");
            if (!macs.TryAdd((port.NetworkId, port.Mac), port))
                report.Add(ResourceKind.Port, key, name, "mac", $"{Addresses.MacText(port.Mac)} is port {Subjects.Name(macs[(port.NetworkId, port.Mac)])}'s on the same network already");
        }
        report.CheckUnique(ResourceKind.Port, report.Concerned.Ports.Values, p => (p.NetworkId, p.Name), p => p.Id, "network");
    }

    private static void CheckDevice(Report report, Port port, string name)
    {
        if (port.AttachIndex < 0) report.Add(ResourceKind.Port, port.Id, name, "attach_index", $"{port.AttachIndex} is below 0");
        report.CheckText(ResourceKind.Port, port.Id, name, "device_owner", port.DeviceOwner, 0, Report.LongestName);
        report.CheckText(ResourceKind.Port, port.Id, name, "device_id", port.DeviceId, 0, Report.LongestName);
        if (port.DeviceOwner.StartsWith(DeviceOwners.ComputePrefix, StringComparison.Ordinal))
            report.CheckReference(ResourceKind.Port, port.Id, name, "server", ResourceKind.Server, port.DeviceId);
        else if (port.DeviceOwner is DeviceOwners.RouterInterface or DeviceOwners.RouterGateway)
            report.CheckReference(ResourceKind.Port, port.Id, name, "device_id", ResourceKind.Router, port.DeviceId);
    }

    // What is written into dnsmasq's files must stay on its line and within its field.
    private static void CheckDhcp(Report report, Port port, string name)
    {
        if (port.DnsName.Length > 0 && (port.DnsName.Contains('.', StringComparison.Ordinal) || !ServerChecks.IsHostname(port.DnsName)))
            report.Add(ResourceKind.Port, port.Id, name, "dns_name", $"'{port.DnsName}' is not a host name of one label (letters, digits, hyphens; at most 63)");
        foreach (var option in port.ExtraDhcpOptions)
        {
            if (option.Name.Length == 0 || !option.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                report.Add(ResourceKind.Port, port.Id, name, "extra_dhcp_opts", $"'{option.Name}' is not the name or number of a DHCP option");
            if (option.IpVersion is not (4 or 6)) report.Add(ResourceKind.Port, port.Id, name, "extra_dhcp_opts", $"{option.IpVersion} is not an IP version (4 or 6)");
            report.CheckText(ResourceKind.Port, port.Id, name, "extra_dhcp_opts", option.Value, 0, Report.LongestName);
            if (option.Name == ExtraDhcpOption.ClientId && option.Value.Contains(',', StringComparison.Ordinal))
                report.Add(ResourceKind.Port, port.Id, name, "extra_dhcp_opts", $"a client identifier has no commas: '{option.Value}'");
        }
        foreach (var twice in port.ExtraDhcpOptions.GroupBy(o => (o.Name, o.IpVersion)).Where(g => g.Count() > 1))
            report.Add(ResourceKind.Port, port.Id, name, "extra_dhcp_opts", $"{twice.Key.Name} is there twice for IPv{twice.Key.IpVersion}");
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
