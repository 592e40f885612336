using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Floating addresses: of an external network, nobody else's, and leading to an address some router is in front of.</summary>
internal static class FloatingIpChecks
{
    public static void Run(Report report)
    {
        var concerned = report.Concerned.FloatingIps;
        if (concerned.IsEmpty) return;
        var cloud = report.After;
        var routes = new FloatingRoutes(cloud);
        var external = concerned.Values.Select(f => f.NetworkId).ToHashSet(StringComparer.Ordinal);
        var taken = new Dictionary<(string Network, IPAddress Address), string>();
        foreach (var port in cloud.Ports.Values.Where(p => external.Contains(p.NetworkId)))
        {
            foreach (var ip in port.FixedIps) taken.TryAdd((port.NetworkId, ip.Address), Subjects.Of(ResourceKind.Port, Subjects.Name(port)));
        }
        var targets = new Dictionary<(string Network, string Port, IPAddress Fixed), FloatingIp>();
        foreach (var (key, floating) in concerned.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var check = new One(report, floating);
            report.CheckId(ResourceKind.FloatingIp, key, floating.Id, floating.Address.ToString());
            report.CheckReference(ResourceKind.FloatingIp, key, floating.Address.ToString(), "project", ResourceKind.Project, floating.ProjectId);
            check.Address();
            if (!taken.TryAdd((floating.NetworkId, floating.Address), Subjects.Of(ResourceKind.FloatingIp, floating.Id)))
                check.Add("address", $"{floating.Address} is {taken[(floating.NetworkId, floating.Address)]}'s already");
            check.Target(routes, targets);
        }
    }

    private readonly struct One(Report report, FloatingIp floating)
    {
        public void Address()
        {
            var name = floating.Address.ToString();
            if (!report.CheckReference(ResourceKind.FloatingIp, floating.Id, name, "network", ResourceKind.Network, floating.NetworkId)) return;
            var network = report.After.Networks[floating.NetworkId];
            if (!network.External) Add("network", $"network {network.Name} is not external");
            if (!report.CheckReference(ResourceKind.FloatingIp, floating.Id, name, "address", ResourceKind.Subnet, floating.SubnetId)) return;
            var subnet = report.After.Subnets[floating.SubnetId];
            if (floating.Address.AddressFamily != AddressFamily.InterNetwork) Add("address", $"{name} is not an IPv4 address");
            else if (subnet.NetworkId != network.Id) Add("address", $"subnet {subnet.Name} is not on network {network.Name}");
            else if (!Addresses.IsHost(subnet.Cidr, floating.Address)) Add("address", $"{name} is not a host address of {subnet.Cidr} (subnet {subnet.Name})");
            else if (floating.Address.Equals(subnet.GatewayIp)) Add("address", $"{name} is the gateway of subnet {subnet.Name}");
        }

        public void Target(FloatingRoutes routes, Dictionary<(string Network, string Port, IPAddress Fixed), FloatingIp> targets)
        {
            if (floating.PortId is null && floating.FixedAddress is null) return;
            if (floating.PortId is not { } portId || floating.FixedAddress is not { } address)
            {
                Add("port", "port and fixed address go together");
                return;
            }
            if (!report.CheckReference(ResourceKind.FloatingIp, floating.Id, floating.Address.ToString(), "port", ResourceKind.Port, portId)) return;
            var port = report.After.Ports[portId];
            if (address.AddressFamily != AddressFamily.InterNetwork || !port.FixedIps.Any(ip => ip.Address.Equals(address)))
                Add("fixed_ip", $"{address} is not an IPv4 address of port {Subjects.Name(port)}");
            else if (!targets.TryAdd((floating.NetworkId, portId, address), floating))
                Add("fixed_ip", $"{address} of port {Subjects.Name(port)} has the floating address {targets[(floating.NetworkId, portId, address)].Address} already");
            else if (routes.RouterOf(floating) is null)
                Add("port", $"no router with a gateway on network {NetworkName()} has an interface on the subnet of {address}");
        }

        public void Add(string field, string rule) => report.Add(ResourceKind.FloatingIp, floating.Id, floating.Address.ToString(), field, rule);

        private string NetworkName() => report.After.Networks.GetValueOrDefault(floating.NetworkId)?.Name ?? floating.NetworkId;
    }
}
