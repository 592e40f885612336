using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class NetworkChecks
{
    // RFC 791 and RFC 8200, section 5: what every link must carry.
    private const int SmallestMtu = 68;
    private const int SmallestMtuV6 = 1280;
    private const int LargestMtu = 65535;

    public static void Run(Report report)
    {
        var networks = report.Concerned.Networks;
        foreach (var (key, network) in networks)
        {
            report.CheckId(ResourceKind.Network, key, network.Id, network.Name);
            report.CheckName(ResourceKind.Network, key, network.Name);
            report.CheckReference(ResourceKind.Network, key, network.Name, "project", ResourceKind.Project, network.ProjectId);
            var smallest = report.After.SubnetsOn(key).Any(s => s.IpVersion == 6) ? SmallestMtuV6 : SmallestMtu;
            if (network.Mtu < smallest || network.Mtu > LargestMtu)
            {
                var because = smallest == SmallestMtuV6 ? " (it has IPv6)" : "";
                report.Add(ResourceKind.Network, key, network.Name, "mtu", $"{network.Mtu} is not from {smallest} to {LargestMtu}{because}");
            }
        }
        CheckUplinks(report);
        report.CheckUnique(ResourceKind.Network, networks.Values, n => (n.ProjectId, n.Name), n => n.Id, "project");
    }

    private static void CheckUplinks(Report report)
    {
        var taken = new Dictionary<string, Network>(StringComparer.Ordinal);
        foreach (var network in report.Concerned.Networks.Values.Where(n => n.Uplink is not null).OrderBy(n => n.Id, StringComparer.Ordinal))
        {
            if (!network.External) Add("needs external: true: what is plugged in reaches every guest");
            if (!IsDeviceName(network.Uplink!)) Add($"'{network.Uplink}' is not the name of a device (1 to 15 characters, no blank and no slash)");
            else if (!taken.TryAdd(network.Uplink!, network)) Add($"{network.Uplink} is the uplink of network {taken[network.Uplink!].Name} already");

            void Add(string rule) => report.Add(ResourceKind.Network, network.Id, network.Name, "uplink", rule);
        }
    }

    // dev_valid_name of the kernel, less what ip would take for a word of its own.
    private static bool IsDeviceName(string text) =>
        text.Length is > 0 and <= 15 && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@') && text[0] != '-';
}
