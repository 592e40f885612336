using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>All of the inventory at one revision: an immutable value that plans, rules and the host agent are functions of.</summary>
/// <remarks>
/// Every change is a function from one cloud to the next; the store writes the difference in one transaction after the rules held. The cloud of a change
/// (<see cref="OwnInventory.Apply"/>) may be a part, or have its kinds read when they are asked for, and only while it is made; any other is all there.
/// </remarks>
public sealed record Cloud
{
    /// <summary>A cloud with nothing in it.</summary>
    public static Cloud Empty { get; } = new();

    private static readonly Func<Port, string> NetworkOfPort = port => port.NetworkId;
    private static readonly Func<Port, string> DeviceOfPort = port => port.DeviceId;
    private static readonly Func<Subnet, string> NetworkOfSubnet = subnet => subnet.NetworkId;

    /// <summary>Revision it was read at; 0 for an empty store.</summary>
    public long Revision { get; init; }

    /// <summary>Projects by id.</summary>
    public ImmutableDictionary<string, Project> Projects { get => AllProjects.All; init => AllProjects = new(value); }

    /// <summary>Networks by id.</summary>
    public ImmutableDictionary<string, Network> Networks { get => AllNetworks.All; init => AllNetworks = new(value); }

    /// <summary>Subnets by id.</summary>
    public ImmutableDictionary<string, Subnet> Subnets { get => AllSubnets.All; init => AllSubnets = new(value); }

    /// <summary>Routers by id.</summary>
    public ImmutableDictionary<string, Router> Routers { get => AllRouters.All; init => AllRouters = new(value); }

    /// <summary>Floating addresses by id.</summary>
    public ImmutableDictionary<string, FloatingIp> FloatingIps { get => AllFloatingIps.All; init => AllFloatingIps = new(value); }

    /// <summary>Ports by id.</summary>
    public ImmutableDictionary<string, Port> Ports { get => AllPorts.All; init => AllPorts = new(value); }

    /// <summary>Servers by id.</summary>
    public ImmutableDictionary<string, Server> Servers { get => AllServers.All; init => AllServers = new(value); }

    /// <summary>Key pairs by (project, name).</summary>
    public ImmutableDictionary<(string ProjectId, string Name), StoredKeyPair> KeyPairs { get => AllKeyPairs.All; init => AllKeyPairs = new(value); }

    /// <summary>Ports on a network, in no particular order.</summary>
    public IReadOnlyList<Port> PortsOn(string networkId) => AllPorts.Of(NetworkOfPort, networkId);

    /// <summary>Ports of a device, in no particular order.</summary>
    public IReadOnlyList<Port> PortsOf(string deviceId) => AllPorts.Of(DeviceOfPort, deviceId);

    /// <summary>Subnets on a network, in no particular order.</summary>
    public IReadOnlyList<Subnet> SubnetsOn(string networkId) => AllSubnets.Of(NetworkOfSubnet, networkId);

    internal Things<string, Project> AllProjects { get; init; } = Things<string, Project>.None;

    internal Things<string, Network> AllNetworks { get; init; } = Things<string, Network>.None;

    internal Things<string, Subnet> AllSubnets { get; init; } = Things<string, Subnet>.None;

    internal Things<string, Router> AllRouters { get; init; } = Things<string, Router>.None;

    internal Things<string, FloatingIp> AllFloatingIps { get; init; } = Things<string, FloatingIp>.None;

    internal Things<string, Port> AllPorts { get; init; } = Things<string, Port>.None;

    internal Things<string, Server> AllServers { get; init; } = Things<string, Server>.None;

    internal Things<(string ProjectId, string Name), StoredKeyPair> AllKeyPairs { get; init; } = Things<(string, string), StoredKeyPair>.None;
}
