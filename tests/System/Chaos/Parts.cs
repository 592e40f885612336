using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using NetworkView = Firstlight.Host.NetworkView;

namespace Firstlight.System.Tests.Chaos;

/// <summary>A part of the host that is kept by itself, and what it consists of.</summary>
/// <param name="Name">Kind and name, for a person.</param>
internal abstract record Part(string Name);

/// <summary>A network: its bridge, the guests in it, and its DHCP namespace.</summary>
/// <param name="Network">The network.</param>
/// <param name="Bridge">Its bridge.</param>
/// <param name="Plugged">Devices in the bridge: guests' by the name of their server, and what else stands there.</param>
/// <param name="Dhcp">DHCP namespace; null for none.</param>
internal sealed record NetworkPart(Network Network, string Bridge, IReadOnlyDictionary<string, string> Guests, DhcpPart? Dhcp) : Part($"network {Network.Name}")
{
    /// <summary>The host's devices of it.</summary>
    public IEnumerable<string> Devices =>
        [Bridge, .. Guests.Values, .. Dhcp is null ? Array.Empty<string>() : [Dhcp.Veth.HostEnd], .. Network.Uplink is { } uplink ? [uplink] : Array.Empty<string>()];
}

/// <summary>A veth: its end in a namespace, and its end in the host.</summary>
/// <param name="Network">Network it leads to.</param>
/// <param name="Name">In the namespace.</param>
/// <param name="HostEnd">In the host.</param>
/// <param name="Bridge">Bridge that end is in.</param>
internal sealed record Veth(string Network, string Name, string HostEnd, string Bridge);

/// <summary>A DHCP namespace.</summary>
/// <param name="Namespace">Its name.</param>
/// <param name="Veth">Its device.</param>
/// <param name="Directory">Where its dnsmasq has its files.</param>
internal sealed record DhcpPart(string Namespace, Veth Veth, string Directory);

/// <summary>A router.</summary>
/// <param name="Router">The router.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Legs">Its devices on networks.</param>
/// <param name="Gateway">Its device outside; null for none.</param>
/// <param name="Directory">Where the dnsmasq that advertises it has its files; null for none.</param>
internal sealed record RouterPart(Router Router, string Namespace, IReadOnlyList<Veth> Legs, Veth? Gateway, string? Directory) : Part($"router {Router.Name}")
{
    /// <summary>All its devices.</summary>
    public IEnumerable<Veth> Veths => Gateway is null ? Legs : [.. Legs, Gateway];
}

/// <summary>The rules that hold guests to their own addresses.</summary>
/// <param name="Table">Their table, of family bridge.</param>
internal sealed record GuardPart(string Table) : Part("port guard");

/// <summary>All parts of a cloud on this host.</summary>
internal static class Parts
{
    /// <summary>Of a cloud as it is in the inventory, DHCP ports included.</summary>
    public static IReadOnlyList<Part> Of(Cloud cloud, string stateDirectory)
    {
        var views = NetworkView.All(cloud);
        return
        [
            .. views.Select(view => Network(cloud, view, stateDirectory)),
            .. cloud.Routers.Values.OrderBy(r => r.Name, StringComparer.Ordinal).Select(router => Router(cloud, views, router, stateDirectory)),
            new GuardPart(GuestAttachment.GuardTable(stateDirectory)),
        ];
    }

    private static NetworkPart Network(Cloud cloud, NetworkView view, string stateDirectory)
    {
        var bridge = DeviceNames.Bridge(view.Network.Id);
        var guests = view.Ports.Where(p => cloud.Servers.ContainsKey(p.DeviceId)).ToDictionary(p => cloud.Servers[p.DeviceId].Name, p => DeviceNames.HostEnd(p.Id), StringComparer.Ordinal);
        var dhcp = view.DhcpPort is { } port && view.Subnets.Any(s => s.EnableDhcp)
            ? new DhcpPart(
                DeviceNames.DhcpNamespace(view.Network.Id),
                new Veth(view.Network.Name, DeviceNames.DhcpEnd(port.Id), DeviceNames.HostEnd(port.Id), bridge),
                Path.Combine(stateDirectory, "dhcp", view.Network.Id))
            : null;
        return new NetworkPart(view.Network, bridge, guests, dhcp);
    }

    private static RouterPart Router(Cloud cloud, IEnumerable<NetworkView> views, Router router, string stateDirectory)
    {
        var ports = views.SelectMany(v => v.Ports).Where(p => p.DeviceId == router.Id).ToList();
        Veth[] legs = [.. ports.Where(NetworkView.IsRouterPort).Select(p => Device(p, DeviceNames.RouterEnd(p.Id)))];
        var gateway = ports.Where(p => p.DeviceOwner == DeviceOwners.RouterGateway).Select(p => Device(p, DeviceNames.GatewayEnd(p.Id))).FirstOrDefault();
        var advertises = ports.SelectMany(p => p.FixedIps).Any(f => cloud.Subnets[f.SubnetId].Ipv6RaMode is not null);
        return new RouterPart(router, DeviceNames.RouterNamespace(router.Id), legs, gateway, advertises ? Path.Combine(stateDirectory, "ra", router.Id) : null);

        Veth Device(Port port, string name) => new(cloud.Networks[port.NetworkId].Name, name, DeviceNames.HostEnd(port.Id), DeviceNames.Bridge(port.NetworkId));
    }
}
