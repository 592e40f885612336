using System.Collections.Immutable;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Neutron;

/// <summary>Fixed address → ports, for callers that tell nothing but addresses: a load balancer, or the guests themselves.</summary>
public interface IAddressDirectory
{
    /// <summary>Finds the networks a load balancer serves: those of the subnets that name it among their <c>advanced_service_providers</c>.</summary>
    /// <param name="provider">Id of the load balancer, as it says.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Network ids, one for each subnet; empty when nothing is served.</returns>
    /// <exception cref="InventoryUnavailableException">The directory cannot be asked now.</exception>
    ValueTask<ImmutableArray<string>> NetworksOfAsync(string provider, CancellationToken cancellationToken);

    /// <summary>Finds the ports with a fixed address on any of some networks.</summary>
    /// <param name="address">As received; compared as text.</param>
    /// <param name="networks">Network ids; none finds nothing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InventoryUnavailableException">The directory cannot be asked now.</exception>
    ValueTask<ImmutableArray<AddressedPort>> FindAsync(string address, ImmutableArray<string> networks, CancellationToken cancellationToken);

    /// <summary>Finds the ports with a fixed address on all networks there are.</summary>
    /// <param name="address">As received; compared as text.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InventoryUnavailableException">The directory cannot be asked now.</exception>
    ValueTask<ImmutableArray<AddressedPort>> FindAnywhereAsync(string address, CancellationToken cancellationToken);
}

/// <summary>A port with the wanted address.</summary>
/// <param name="DeviceId">What it belongs to; empty for nothing. Not only instances: routers and DHCP servers have addresses too.</param>
/// <param name="ProjectId">Its project.</param>
public sealed record AddressedPort(InstanceId DeviceId, ProjectId ProjectId);
