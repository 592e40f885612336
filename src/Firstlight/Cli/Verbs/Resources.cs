using Firstlight.Cli.Views;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>The kinds of things there are verbs for.</summary>
internal static class Resources
{
    /// <summary>Projects.</summary>
    public static Resource Project { get; } = new("project", ResourceKind.Project, ["id", "name"],
        cloud => Resource.Rows(cloud.Projects.Values, p => p.Id, p => p.Id, CloudViews.Of, p => p.Name, ViewJson.Default.ProjectView));

    /// <summary>Networks.</summary>
    public static Resource Network { get; } = new("network", ResourceKind.Network, ["id", "name", "project_id", "mtu", "subnets"],
        cloud => Resource.Rows(cloud.Networks.Values, n => n.Id, n => n.ProjectId, n => CloudViews.Of(cloud, n), n => n.Name, ViewJson.Default.NetworkView));

    /// <summary>Subnets; their project is their network's.</summary>
    public static Resource Subnet { get; } = new("subnet", ResourceKind.Subnet, ["id", "name", "network_id", "cidr", "gateway_ip", "enable_dhcp"],
        cloud => Resource.Rows(
            cloud.Subnets.Values, s => s.Id, s => cloud.Networks.GetValueOrDefault(s.NetworkId)?.ProjectId, CloudViews.Of, s => s.Name, ViewJson.Default.SubnetView));

    /// <summary>Routers.</summary>
    public static Resource Router { get; } = new("router", ResourceKind.Router, ["id", "name", "project_id", "external_gateway_info", "interfaces"],
        cloud => Resource.Rows(cloud.Routers.Values, r => r.Id, r => r.ProjectId, r => CloudViews.Of(cloud, r), r => r.Name, ViewJson.Default.RouterView));

    /// <summary>Ports.</summary>
    public static Resource Port { get; } = new("port", ResourceKind.Port, ["id", "name", "mac_address", "fixed_ips", "device_owner", "device_id"],
        cloud => Resource.Rows(cloud.Ports.Values, p => p.Id, p => p.ProjectId, CloudViews.Of, p => p.Name, ViewJson.Default.PortView));

    /// <summary>Floating addresses; the address is what they have for a name.</summary>
    public static Resource FloatingIp { get; } = new("floatingip", ResourceKind.FloatingIp, ["id", "floating_ip_address", "fixed_ip_address", "port_id", "floating_network_id", "project_id"],
        cloud =>
        {
            var routes = new FloatingRoutes(cloud);
            return Resource.Rows(cloud.FloatingIps.Values, f => f.Id, f => f.ProjectId, f => CloudViews.Of(routes, f), f => f.Address.ToString(), ViewJson.Default.FloatingIpView);
        });

    /// <summary>Servers.</summary>
    public static Resource Server { get; } = new("server", ResourceKind.Server, ["id", "name", "addresses", "image", "flavor"],
        cloud => Resource.Rows(cloud.Servers.Values, s => s.Id, s => s.ProjectId, s => CloudViews.Of(cloud, s), s => s.Name, ViewJson.Default.ServerView));

    /// <summary>Key pairs; a name is what they have for an id.</summary>
    public static Resource KeyPair { get; } = new("keypair", ResourceKind.KeyPair, ["name", "type", "project_id"],
        cloud => Resource.Rows(cloud.KeyPairs.Values, k => k.Name, k => k.ProjectId, CloudViews.Of, k => k.Name, ViewJson.Default.KeyPairView));
}
