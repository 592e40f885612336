using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What a unit has in the kernel: the bridge of a network, a namespace, and the veths that lead into it.</summary>
/// <param name="Unit">Whose it is.</param>
internal sealed record WantedSite(Unit Unit)
{
    /// <summary>Bridge of a network; null for a router.</summary>
    public (string Name, int Mtu)? Bridge { get; init; }

    /// <summary>Namespace; null for a bridge alone.</summary>
    public string? Namespace { get; init; }

    /// <summary>Kernel settings inside; those of devices first, for what is set for all is set for each of them by the kernel.</summary>
    public IReadOnlyList<NamespaceSetting> Settings { get; init; } = [];

    /// <summary>Veths whose far ends are in the namespace.</summary>
    public IReadOnlyList<WantedDevice> Devices { get; init; } = [];

    /// <summary>Called before a veth is made: sockets bound to a former device of that name will hear nothing any more.</summary>
    public Action BeforeMaking { get; init; } = () => { };

    /// <summary>What must stand in the namespace before a device enters it; told the kernel's identity of the namespace, null where that was only to be made.</summary>
    public Func<string?, Task> BeforeEntering { get; init; } = _ => Task.CompletedTask;

    /// <summary>A network's.</summary>
    public static WantedSite Of(WantedNetwork network)
    {
        var site = new WantedSite(new Unit(UnitKind.Network, network.Id)) { Bridge = (DeviceNames.Bridge(network.Id), network.Mtu) };
        if (network.Dhcp is not { } dhcp) return site;
        var device = WantedDevice.Of(network, dhcp);
        return site with
        {
            Namespace = DeviceNames.DhcpNamespace(network.Id),
            Settings = [.. NamespaceSettings.DhcpDevice(device.Name), .. NamespaceSettings.Dhcp],
            Devices = [device],
        };
    }

    /// <summary>A router's.</summary>
    public static WantedSite Of(WantedRouter router)
    {
        var legs = router.Interfaces.Select(WantedDevice.Of).ToList();
        if (router.Gateway is { } gateway) legs.Add(WantedDevice.Of(gateway));
        return new WantedSite(new Unit(UnitKind.Router, router.Id))
        {
            Namespace = DeviceNames.RouterNamespace(router.Id),
            Settings = [.. legs.SelectMany(l => NamespaceSettings.RouterDevice(l.Name)), .. NamespaceSettings.Router],
            Devices = legs,
        };
    }

    /// <summary>All of it, as the journal has things.</summary>
    public IEnumerable<(ThingKind Kind, string Name)> Things()
    {
        if (Bridge is { } bridge) yield return (ThingKind.Bridge, bridge.Name);
        if (Namespace is { } name) yield return (ThingKind.Namespace, name);
        foreach (var device in Devices) yield return (ThingKind.Link, device.HostEnd);
    }
}
