using System.Net.Sockets;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Lab;

/// <summary>How a guest of the lab reaches its metadata, as the lab shows it.</summary>
internal enum GuestPath
{
    /// <summary>By option 121 through the DHCP port of its network.</summary>
    Dhcp,

    /// <summary>Through the router that is its gateway.</summary>
    Router,
}

/// <summary>A server of the lab as a namespace with one veth for each port.</summary>
/// <param name="Server">The server.</param>
/// <param name="Ports">Its ports in the order they are attached: <c>eth0</c>, <c>eth1</c> …</param>
/// <param name="Cloud">The cloud both come from.</param>
/// <param name="Namespace">Its namespace under <c>/run/netns</c>.</param>
internal sealed record Guest(Server Server, IReadOnlyList<Port> Ports, Cloud Cloud, string Namespace)
{
    /// <summary>First network; the lab asks for metadata through it.</summary>
    public Network Network => Cloud.Networks[Ports[0].NetworkId];

    /// <summary>Whether the first port has an IPv4 address, so that 169.254.169.254 can be reached.</summary>
    public bool HasV4 => Ports[0].FixedIps.Any(f => f.Address.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>First address of the first port.</summary>
    public string Address => Ports[0].FixedIps.Select(f => f.Address.ToString()).FirstOrDefault() ?? "";

    public GuestPath Path => Router is null ? GuestPath.Dhcp : GuestPath.Router;

    /// <summary>Id of the network or router whose listener this guest's requests arrive at.</summary>
    public string ScopeId => Router ?? Network.Id;

    /// <summary>URL of the metadata service as this guest's curl takes it.</summary>
    public string Url => HasV4 ? "http://169.254.169.254" : "http://[fe80::a9fe:a9fe%eth0]";

    /// <summary>Servers with at least one port, in name order.</summary>
    public static IReadOnlyList<Guest> Of(Cloud cloud, LabState state) =>
        [.. cloud.Servers.Values
            .Select(server => new Guest(server, [.. cloud.Ports.Values.Where(p => p.DeviceId == server.Id).OrderBy(p => p.AttachIndex)], cloud, state.NamespaceOf(server)))
            .Where(guest => guest.Ports.Count > 0)
            .OrderBy(guest => guest.Server.Name, StringComparer.Ordinal)];

    // A router interface that holds the gateway of one of the guest's subnets makes that router the way.
    private string? Router => Ports[0].FixedIps
        .Select(fixedIp => Cloud.Subnets[fixedIp.SubnetId])
        .SelectMany(subnet => Cloud.Ports.Values.Where(port =>
            port.DeviceOwner == DeviceOwners.RouterInterface
            && port.FixedIps.Any(f => f.SubnetId == subnet.Id && f.Address.Equals(subnet.GatewayIp))))
        .Select(port => port.DeviceId)
        .FirstOrDefault();
}
