using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>A port as Neutron lists it, read.</summary>
/// <param name="Network">Its network.</param>
/// <param name="Port">What is given to who asks; its instance is empty where the port has no device.</param>
/// <param name="Peers">All it is known by. An address or MAC that cannot be read is left out: nobody can ask by it.</param>
internal sealed record PortRow(Guid Network, FoundPort Port, ImmutableArray<PeerKey> Peers)
{
    /// <summary>Reads a list; a port that two pages or requests list is in it once.</summary>
    /// <exception cref="InventoryUnavailableException">A port has no id or no network.</exception>
    public static IEnumerable<PortRow> Read(IEnumerable<NeutronPort> ports) => ports.Select(Read).DistinctBy(static row => row.Port.PortId, StringComparer.Ordinal);

    private static PortRow Read(NeutronPort? port)
    {
        if (port is not { Id.Length: > 0, NetworkId: { } networkId } || !Guid.TryParseExact(networkId, "D", out var network))
            throw new InventoryUnavailableException("Neutron lists a port without an id or a network");

        var found = new FoundPort(port.Id, new InstanceId(port.DeviceId ?? ""), new ProjectId(port.ProjectId ?? port.TenantId ?? ""), networkId);
        var peers = ImmutableArray.CreateBuilder<PeerKey>(2);
        if (PhysicalAddress.TryParse(port.MacAddress, out var mac) && mac.GetAddressBytes().Length == 6) peers.Add(PeerKey.Of(mac));
        foreach (var fixedIp in port.FixedIps ?? [])
        {
            if (IPAddress.TryParse(fixedIp?.IpAddress, out var address)) peers.Add(PeerKey.Of(address));
        }

        return new PortRow(network, found, peers.ToImmutable());
    }
}
