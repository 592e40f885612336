using System.Collections.Immutable;
using System.Globalization;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Views;

/// <summary>From the inventory's records to what is shown, in a steady order.</summary>
internal static class CloudViews
{
    /// <summary>A project.</summary>
    public static ProjectView Of(Project project) => new(project.Id, project.Name);

    /// <summary>A network with the ids of its subnets.</summary>
    public static NetworkView Of(Cloud cloud, Network network) => new(
        network.Id, network.Name, network.ProjectId, network.Mtu, network.External, network.Uplink,
        [.. cloud.Subnets.Values.Where(s => s.NetworkId == network.Id).OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => s.Id)]);

    /// <summary>A subnet.</summary>
    public static SubnetView Of(Subnet subnet) => new(
        subnet.Id, subnet.Name, subnet.NetworkId, subnet.IpVersion, subnet.Cidr.ToString(), subnet.GatewayIp?.ToString(), subnet.EnableDhcp,
        [.. subnet.DnsNameservers.Select(a => a.ToString())],
        [.. subnet.HostRoutes.Select(r => new HostRouteView(r.Destination.ToString(), r.NextHop.ToString()))],
        [.. subnet.AllocationPools.Select(p => new AllocationPoolView(p.Start.ToString(), p.End.ToString()))],
        NameOf(subnet.Ipv6AddressMode),
        NameOf(subnet.Ipv6RaMode));

    /// <summary>A router with its way outside and its interfaces.</summary>
    public static RouterView Of(Cloud cloud, Router router) => new(
        router.Id, router.Name, router.ProjectId,
        cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterGateway && p.DeviceId == router.Id)
            .Select(p => new ExternalGatewayView(p.NetworkId, router.EnableSnat, Of(p.FixedIps))).FirstOrDefault(),
        [
            .. from port in cloud.Ports.Values
               where port.DeviceOwner == DeviceOwners.RouterInterface && port.DeviceId == router.Id
               orderby port.AttachIndex, port.Id
               from address in port.FixedIps
               select new RouterInterfaceView(port.Id, address.SubnetId, address.Address.ToString()),
        ]);

    /// <summary>A port.</summary>
    public static PortView Of(Port port) => new(
        port.Id, port.Name, port.NetworkId, port.ProjectId, MacText(port.Mac),
        Of(port.FixedIps), port.DeviceId, port.DeviceOwner, port.DnsName,
        [.. port.ExtraDhcpOptions.Select(o => new DhcpOptionView(o.Name, o.Value, o.IpVersion))],
        port.PortSecurity, [.. port.AllowedAddressPairs.Select(p => new AddressPairView(p.AddressText, p.Mac is null ? null : MacText(p.Mac)))]);

    /// <summary>A floating address with the router that carries it.</summary>
    public static FloatingIpView Of(FloatingRoutes routes, FloatingIp floating) => new(
        floating.Id, floating.Address.ToString(), floating.NetworkId, floating.ProjectId, floating.PortId, floating.FixedAddress?.ToString(), routes.RouterOf(floating));

    /// <summary>A key pair.</summary>
    public static KeyPairView Of(StoredKeyPair keyPair) => new(keyPair.Name, keyPair.Type, keyPair.ProjectId, keyPair.PublicKey);

    /// <summary>A server with its ports and the addresses they have on each network.</summary>
    public static ServerView Of(Cloud cloud, Server server)
    {
        var ports = PortsOf(cloud, server).ToList();
        return new ServerView(
            server.Id, server.Name, server.ProjectId, server.Hostname, $"i-{server.Number:x8}",
            ports.GroupBy(p => NetworkName(cloud, p.NetworkId), StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.SelectMany(p => AddressesOf(cloud, p))], StringComparer.Ordinal),
            server.KeyName, server.UserData?.Length, new OrderedDictionary<string, string>(server.Metadata),
            server.AvailabilityZone, server.FlavorName, server.Image, [.. server.SecurityGroups], server.LaunchIndex, server.ReservationId,
            server.RootDeviceName, [.. ports.Select(p => p.Id)]);
    }

    /// <summary>Ports of a server in the order they were attached.</summary>
    public static IEnumerable<Port> PortsOf(Cloud cloud, Server server) =>
        cloud.Ports.Values.Where(p => p.DeviceId == server.Id).OrderBy(p => p.AttachIndex).ThenBy(p => p.Id, StringComparer.Ordinal);

    /// <summary>A plan.</summary>
    public static PlanView Of(ImmutableArray<PlanItem> items, long revision, bool dryRun)
    {
        int Count(PlanAction action) => items.Count(i => i.Action == action);
        return new PlanView(
            dryRun, revision, Count(PlanAction.Created), Count(PlanAction.Changed), Count(PlanAction.Deleted), Count(PlanAction.Unchanged),
            [.. items.Select(i => new PlanItemView(Lower(i.Action), Lower(i.Kind), i.Name, i.Id, [.. i.ChangedFields]))]);
    }

    /// <summary>A MAC as Neutron writes it: lower case with colons.</summary>
    public static string MacText(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    private static IReadOnlyList<FixedIpView> Of(ImmutableArray<FixedIp> fixedIps) => [.. fixedIps.Select(f => new FixedIpView(f.SubnetId, f.Address.ToString()))];

    // As Nova lists them: fixed ones, then the floating ones that lead to them.
    private static IEnumerable<string> AddressesOf(Cloud cloud, Port port) => port.FixedIps.Select(f => f.Address.ToString())
        .Concat(cloud.FloatingIps.Values.Where(f => f.PortId == port.Id).Select(f => f.Address.ToString()).Order(StringComparer.Ordinal));

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string NetworkName(Cloud cloud, string id) => cloud.Networks.TryGetValue(id, out var network) ? network.Name : id;

    private static string? NameOf(Ipv6Mode? mode) => mode switch
    {
        Ipv6Mode.Slaac => "slaac",
        Ipv6Mode.Dhcpv6Stateful => "dhcpv6-stateful",
        Ipv6Mode.Dhcpv6Stateless => "dhcpv6-stateless",
        _ => null,
    };
}
