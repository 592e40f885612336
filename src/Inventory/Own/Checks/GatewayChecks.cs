using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Ways outside: one a router, on an external network, and on none it has an interface on.</summary>
internal static class GatewayChecks
{
    public static void Run(Report report)
    {
        var cloud = report.After;
        var ports = report.Concerned.Ports;
        var gateways = ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterGateway).OrderBy(p => p.Id, StringComparer.Ordinal).ToList();
        if (gateways.Count == 0) return;
        var interfaces = ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterInterface).Select(p => (p.DeviceId, p.NetworkId)).ToHashSet();
        foreach (var port in gateways.Where(p => cloud.Networks.ContainsKey(p.NetworkId)))
        {
            var network = cloud.Networks[port.NetworkId];
            if (!network.External) Add(report, port.DeviceId, $"network {network.Name} is not external");
            if (port.FixedIps.IsEmpty) Add(report, port.DeviceId, $"network {network.Name} has no subnet to take an address from");
            if (interfaces.Contains((port.DeviceId, port.NetworkId))) Add(report, port.DeviceId, $"it has an interface on network {network.Name} as well");
        }
        foreach (var router in gateways.GroupBy(p => p.DeviceId).Where(g => g.Count() > 1)) Add(report, router.Key, "there is more than one");
    }

    private static void Add(Report report, string routerId, string rule) =>
        report.Add(ResourceKind.Router, routerId, report.After.Routers.GetValueOrDefault(routerId)?.Name ?? routerId, "gateway", rule);
}
