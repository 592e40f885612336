using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>Our own inventory on SQLite: one file, WAL, numbered migrations.</summary>
public sealed class OwnInventory : IDisposable
{
    private OwnInventory() { }

    /// <summary>Opens the store, creates it when missing, and brings its schema up to date.</summary>
    /// <param name="path">The database file, normally <c>$state_path/inventory.sqlite</c>.</param>
    /// <exception cref="InventoryBrokenException">Not a store of ours, corrupt, or newer than this program; the file was not touched.</exception>
    /// <exception cref="InventoryUnavailableException">Locked by another process, or no permission.</exception>
    public static OwnInventory Open(string path) => throw new NotSupportedException("pending");

    /// <summary>Reads everything at one revision.</summary>
    public Cloud Read() => throw new NotSupportedException("pending");

    /// <summary>Changes the cloud in one transaction: <paramref name="edit"/> sees the current cloud and returns the wanted one.</summary>
    /// <returns>The cloud as stored (numbers allotted, revision advanced); the same revision when nothing differed.</returns>
    /// <exception cref="InventoryRuleException">A rule would break; nothing was changed.</exception>
    public Cloud Change(Func<Cloud, Cloud> edit) => throw new NotSupportedException("pending");

    /// <summary>Ports by scope and address, from memory.</summary>
    public IPortDirectory Ports => throw new NotSupportedException("pending");

    /// <summary>Facts of instances.</summary>
    public IInstanceSource Instances => throw new NotSupportedException("pending");

    /// <summary>Tells of changes by this and any other process.</summary>
    public IInventoryChanges Changes => throw new NotSupportedException("pending");

    /// <summary>Asks the store for its revision; throws when it cannot be asked. For readiness probes.</summary>
    public void Probe() => throw new NotSupportedException("pending");

    /// <inheritdoc/>
    public void Dispose() { }
}
