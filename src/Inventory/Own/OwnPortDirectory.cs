using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>Ports of our own inventory from memory. What is not found is asked of the store before it is said to be unknown: a port made a moment ago counts.</summary>
internal sealed class OwnPortDirectory(StoreThread reader) : IPortDirectory
{
    private static readonly Meter Meter = new("Firstlight.Inventory");
    private static readonly Counter<long> Lookups = Meter.CreateCounter<long>(
        "firstlight.inventory.port_lookups", "{lookup}", "Lookups of the port that asks, by outcome (found, unknown, ambiguous).");

    private static readonly KeyValuePair<string, object?> FoundTag = new("outcome", "found");
    private static readonly KeyValuePair<string, object?> UnknownTag = new("outcome", "unknown");
    private static readonly KeyValuePair<string, object?> AmbiguousTag = new("outcome", "ambiguous");

    private readonly Lock _loading = new();
    private PortIndex _index = PortIndex.Unfilled;

    /// <summary>Whether anything was ever looked up: nobody else needs the index kept fresh.</summary>
    public bool IsUsed => !ReferenceEquals(Volatile.Read(ref _index), PortIndex.Unfilled);

    /// <inheritdoc/>
    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken) =>
        TryFind(query, out var port)
            ? new ValueTask<PortLookup>(new PortLookup(PortOutcome.Found, port))
            : new ValueTask<PortLookup>(AskStoreAsync(query, cancellationToken));

    /// <inheritdoc/>
    public bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        port = Volatile.Read(ref _index).Find(query).Port;
        if (port is null) return false;
        Lookups.Add(1, FoundTag);
        return true;
    }

    /// <summary>Brings the index to what the caller's transaction sees. Throws the driver's exceptions and leaves the index as it was then.</summary>
    public void Refresh(SqliteConnection connection)
    {
        var revision = CloudReader.Revision(connection);
        if (Volatile.Read(ref _index).Revision >= revision) return;
        lock (_loading)
        {
            // Asked again: whoever held the lock may have come further.
            var index = _index;
            if (index.Revision >= revision) return;
            if (!IsUsed) Volatile.Write(ref _index, PortIndex.Load(connection));
            else if (Statement.Number(connection, "SELECT ports_revision FROM store") <= index.Revision) index.Stands(revision);
            else if (ChangeLog.Since(connection, index.Revision) is { } touched) index.Update(connection, touched.Of(ResourceKind.Port), revision);
            else Volatile.Write(ref _index, PortIndex.Load(connection));
        }
    }

    private async Task<PortLookup> AskStoreAsync(PortQuery query, CancellationToken cancellationToken)
    {
        var lookup = await reader.RunAsync(
            connection =>
            {
                using var transaction = connection.BeginTransaction(deferred: true);
                Refresh(connection);
                return Volatile.Read(ref _index).Find(query);
            },
            "looking up a port in",
            cancellationToken);
        Lookups.Add(1, lookup.Outcome switch { PortOutcome.Found => FoundTag, PortOutcome.Ambiguous => AmbiguousTag, _ => UnknownTag });
        return lookup;
    }
}
