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
    event Action<InventoryNotice>? Changed;

    /// <summary>The revision that last touched what an instance is told, or a later one where the store cannot tell so exactly. Cheap to read: no I/O.</summary>
    /// <param name="instance">Facts as they were at some revision: if a later one touched them, that one or a later still is returned.</param>
    long LastChangeOf(Instance instance) => Revision;
}

/// <summary>What a store says of its last changes.</summary>
/// <param name="Revision">The last of them.</param>
/// <param name="Touched">
/// Instances that are told something else now, new ones and deleted ones among them, but not all those of a network that changed; null where they are too
/// many to say.
/// </param>
public sealed record InventoryNotice(long Revision, IReadOnlyCollection<InstanceId>? Touched);
