using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;

namespace Firstlight.Host;

/// <summary>From the inventory's ports to what their devices may send. Pure.</summary>
public static class GuestPorts
{
    // What Neutron calls the owners of ports that are its own: DHCP, router interfaces and gateways.
    private const string InfrastructurePrefix = "network:";

    /// <summary>One port.</summary>
    public static WantedPort Of(Port port) => new()
    {
        Id = port.Id,
        NetworkId = port.NetworkId,
        Mac = port.Mac,
        Addresses = [.. port.FixedIps.Select(f => f.Address)],
        Pairs = [.. port.AllowedAddressPairs.Select(p => new AddressPair(p.Addresses, p.Mac))],
        Trust = port.DeviceOwner.StartsWith(InfrastructurePrefix, StringComparison.Ordinal) ? PortTrust.Infrastructure
            : port.PortSecurity ? PortTrust.Guarded : PortTrust.Unguarded,
    };
}
