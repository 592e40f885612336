using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory;

/// <summary>Instance id → facts of the instance. Two stores fulfil it: our own inventory and Nova's databases.</summary>
public interface IInstanceSource
{
    /// <summary>Gathers the facts of one instance.</summary>
    /// <param name="id">As received; whether case matters is the store's own rule.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The facts, or null when there is no such live instance.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked now.</exception>
    ValueTask<Instance?> FindAsync(InstanceId id, CancellationToken cancellationToken);

    /// <summary>Stores the encrypted password a guest posted.</summary>
    /// <param name="id">The instance.</param>
    /// <param name="password">At most 1020 bytes of UTF-8; limits are checked by the caller.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the instance is gone.</returns>
    /// <exception cref="InventoryUnavailableException">The store cannot be written now.</exception>
    ValueTask<bool> SetPasswordAsync(InstanceId id, string password, CancellationToken cancellationToken);

    /// <summary>Tells that facts changed, so that snapshots built before are stale; null where the store cannot tell (then they age).</summary>
    IInventoryChanges? Changes { get; }
}

/// <summary>A store that tells when it changed, from whichever process the change came.</summary>
public interface IInventoryChanges
{
    /// <summary>A number that grows with each committed change. Cheap to read: no I/O.</summary>
    long Revision { get; }

    /// <summary>Raised on a background thread after <see cref="Revision"/> grew. Handlers must not block.</summary>
    event Action? Changed;
}
