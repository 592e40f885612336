using Firstlight.Inventory.Own.Storage;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>Facts of the servers of our own inventory. Ids are compared to the letter.</summary>
internal sealed class OwnInstanceSource(StoreThread reader, StoreThread writer, RevisionWatch watch) : IInstanceSource, IDisposable
{
    private InstanceQueries? _queries;

    /// <inheritdoc/>
    public IInventoryChanges? Changes
    {
        get
        {
            watch.Start();
            return watch;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Instance?> FindAsync(InstanceId id, CancellationToken cancellationToken) =>
        new(reader.RunAsync(
            connection =>
            {
                // Only the reader's thread comes here, and always with the same connection.
                _queries ??= new InstanceQueries(connection);
                return _queries.Find(Stored(id));
            },
            "reading an instance from",
            cancellationToken));

    /// <inheritdoc/>
    public ValueTask<bool> SetPasswordAsync(InstanceId id, string password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        return new(writer.RunAsync(
            connection =>
            {
                if (SetPassword(connection, Stored(id), password) is not { } revision) return false;
                watch.Advance(connection, revision);
                return true;
            },
            "storing a password in",
            cancellationToken));
    }

    /// <summary>Ends the prepared statements; the reader's thread must have ended before.</summary>
    public void Dispose() => _queries?.Dispose();

    // Ids are stored in lower case and found in any, as Nova's databases find them (their collation is case-insensitive).
    private static string Stored(InstanceId id) => id.Value.ToLowerInvariant();

    // The new revision, or null when there is no such server.
    private static long? SetPassword(SqliteConnection connection, string id, string password)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Statement.Number(connection, "SELECT number FROM servers WHERE id = $0", id) == 0) return null;
        if (password.Length == 0)
        {
            Statement.Run(connection, "DELETE FROM server_passwords WHERE server_id = $0", id);
        }
        else
        {
            Statement.Run(
                connection,
                "INSERT INTO server_passwords (server_id, password) VALUES ($0, $1) ON CONFLICT (server_id) DO UPDATE SET password = excluded.password",
                id, password);
        }
        var touched = new Touched();
        touched.Guests.Add(id);
        CloudWriter.CountUp(connection, touched, portsChanged: false);
        var revision = CloudReader.Revision(connection);
        transaction.Commit();
        return revision;
    }
}
