using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class RouterChecks
{
    public static void Run(Report report)
    {
        var cloud = report.Concerned;
        foreach (var (key, router) in cloud.Routers)
        {
            report.CheckId(ResourceKind.Router, key, router.Id, router.Name);
            report.CheckName(ResourceKind.Router, key, router.Name);
            report.CheckReference(ResourceKind.Router, key, router.Name, "project", ResourceKind.Project, router.ProjectId);
        }
        report.CheckUnique(ResourceKind.Router, cloud.Routers.Values, r => (r.ProjectId, r.Name), r => r.Id, "project");

        var interfaces = cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterInterface).OrderBy(p => p.Id, StringComparer.Ordinal).ToList();
        CheckOneRouterEachGateway(report, interfaces);
        var legs = interfaces.Concat(cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterGateway).OrderBy(p => p.Id, StringComparer.Ordinal));
        foreach (var router in legs.GroupBy(p => p.DeviceId)) CheckOverlap(report, router.Key, router);
    }

    private static void CheckOneRouterEachGateway(Report report, List<Port> interfaces)
    {
        var taken = new Dictionary<string, Port>(StringComparer.Ordinal);
        foreach (var port in interfaces)
        {
            foreach (var ip in port.FixedIps)
            {
                if (report.After.Subnets.GetValueOrDefault(ip.SubnetId) is not { } subnet || !ip.Address.Equals(subnet.GatewayIp)) continue;
                if (taken.TryAdd(subnet.Id, port)) continue;
                Add(report, port.DeviceId, $"the gateway {ip.Address} of subnet {subnet.Name} is an interface of router {RouterName(report, taken[subnet.Id].DeviceId)} already");
            }
        }
    }

    // A router knows two guests behind one address only by where they are; with overlapping prefixes it does not.
    private static void CheckOverlap(Report report, string routerId, IEnumerable<Port> interfaces)
    {
        Subnet? furthest = null;
        var subnets = interfaces.SelectMany(p => p.FixedIps).Select(ip => report.After.Subnets.GetValueOrDefault(ip.SubnetId)).OfType<Subnet>().DistinctBy(s => s.Id);
        foreach (var subnet in subnets.OrderBy(s => s.IpVersion).ThenBy(s => Addresses.First(s.Cidr)).ThenBy(s => s.Cidr.PrefixLength))
        {
            if (furthest?.IpVersion == subnet.IpVersion && furthest.NetworkId != subnet.NetworkId && Addresses.First(subnet.Cidr) <= Addresses.Last(furthest.Cidr))
                Add(report, routerId, $"{subnet.Cidr} of subnet {subnet.Name} overlaps {furthest.Cidr} of subnet {furthest.Name}");
            if (furthest?.IpVersion != subnet.IpVersion || Addresses.Last(subnet.Cidr) > Addresses.Last(furthest.Cidr)) furthest = subnet;
        }
    }

    private static void Add(Report report, string routerId, string rule) =>
        report.Add(ResourceKind.Router, routerId, RouterName(report, routerId), "interfaces", rule);

    private static string RouterName(Report report, string id) => report.After.Routers.GetValueOrDefault(id)?.Name ?? id;
}
