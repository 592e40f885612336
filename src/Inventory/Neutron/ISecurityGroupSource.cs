using System.Collections.Immutable;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Neutron;

/// <summary>Instance → names of its security groups, for an <see cref="IInstanceSource"/> that does not bring them.</summary>
public interface ISecurityGroupSource
{
    /// <summary>Gives the names: ports in Neutron's order, groups in each port's; a group of two ports twice; a nameless one by its id.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InventoryUnavailableException">The source cannot be asked now.</exception>
    ValueTask<ImmutableArray<string>> NamesAsync(InstanceId id, CancellationToken cancellationToken);
}
