using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Rows → <see cref="Cloud"/>. Lives as long as the caller's transaction, so that all tables are of one revision.</summary>
/// <param name="connection">Connection with the transaction.</param>
/// <param name="path">The store's file, for messages.</param>
internal sealed class CloudReader(SqliteConnection connection, string path) : IDisposable
{
    private readonly ThingReader _things = new(connection);
    private bool _ended;

    /// <summary>Revision of the store as this transaction sees it.</summary>
    public static long Revision(SqliteConnection connection) => Statement.Number(connection, "SELECT revision FROM store");

    /// <summary>The cloud at this revision, each kind of which is read when it is asked for, if it is.</summary>
    /// <exception cref="InventoryBrokenException">The store's text could not be understood; thrown where the kind is asked for.</exception>
    public Cloud OnDemand() => new()
    {
        Revision = Revision(connection),
        AllProjects = All(() => _things.Projects(), p => p.Id),
        AllNetworks = All(() => _things.Networks(), n => n.Id),
        AllSubnets = All(() => _things.Subnets(), s => s.Id),
        AllRouters = All(() => _things.Routers(), r => r.Id),
        AllFloatingIps = All(() => _things.FloatingIps(), f => f.Id),
        AllPorts = All(() => _things.Ports(), p => p.Id),
        AllServers = All(() => _things.Servers(), s => s.Id),
        AllKeyPairs = All(() => _things.KeyPairs(), k => (k.ProjectId, k.Name)),
    };

    /// <summary>Plans a wish from that part of the cloud at this revision which it has to do with.</summary>
    /// <returns>Null where a part would not do, or a rule is broken: a part does not say why.</returns>
    /// <exception cref="InventoryBrokenException">The store's text could not be understood.</exception>
    public (Cloud Before, Plan Plan)? FromPart(CloudSpec spec, Func<Cloud, Plan> plan)
    {
        var around = new Surroundings(_things, spec);
        if (Ask(() => around.Of(OnDemand())) is not { } before) return null;
        try
        {
            var made = plan(before);
            return around.Suffice(CloudDifference.Of(before, made.Next)) ? (before, made) : null;
        }
        catch (InventoryRuleException)
        {
            return null;
        }
    }

    /// <summary>The cloud at this revision with everything in it.</summary>
    /// <exception cref="InventoryBrokenException">The store's text could not be understood.</exception>
    public Cloud Whole()
    {
        var cloud = OnDemand();
        _ = (cloud.Projects, cloud.Networks, cloud.Subnets, cloud.Routers, cloud.FloatingIps, cloud.Ports, cloud.Servers, cloud.KeyPairs);
        return cloud;
    }

    /// <summary>Reads what was touched since a cloud was read, and shares the rest with it.</summary>
    /// <exception cref="InventoryBrokenException">The store's text could not be understood.</exception>
    public Cloud Whole(Cloud earlier, Touched touched) => earlier with
    {
        Revision = Revision(connection),
        AllProjects = Again(earlier.AllProjects, touched.Of(ResourceKind.Project), id => _things.Projects(Only.Id(id)), p => p.Id),
        AllNetworks = Again(earlier.AllNetworks, touched.Of(ResourceKind.Network), id => _things.Networks(Only.Id(id)), n => n.Id),
        AllSubnets = Again(earlier.AllSubnets, touched.Of(ResourceKind.Subnet), id => _things.Subnets(Only.Id(id)), s => s.Id),
        AllRouters = Again(earlier.AllRouters, touched.Of(ResourceKind.Router), id => _things.Routers(Only.Id(id)), r => r.Id),
        AllFloatingIps = Again(earlier.AllFloatingIps, touched.Of(ResourceKind.FloatingIp), id => _things.FloatingIps(Only.Id(id)), f => f.Id),
        AllPorts = Again(earlier.AllPorts, touched.Of(ResourceKind.Port), id => _things.Ports(Only.Id(id)), p => p.Id),
        AllServers = Again(earlier.AllServers, touched.Of(ResourceKind.Server), id => _things.Servers(Only.Id(id)), s => s.Id),
        // Their keys are pairs, and there are few: read whole.
        KeyPairs = touched.Of(ResourceKind.KeyPair).Count == 0 ? earlier.KeyPairs : All(() => _things.KeyPairs(), k => (k.ProjectId, k.Name)).All,
    };

    /// <summary>Ends what is read on demand: the transaction is about to.</summary>
    public void Dispose() => _ended = true;

    private Things<TKey, T> All<TKey, T>(Func<List<T>> read, Func<T, TKey> key)
        where TKey : notnull
        where T : class => new(() => Ask(read).ToImmutableDictionary(key));

    private Things<string, T> Again<T>(Things<string, T> earlier, HashSet<string> touched, Func<string, List<T>> read, Func<T, string> key)
        where T : class
    {
        if (touched.Count == 0) return earlier;
        var things = new ThingsDraft<string, T>(earlier);
        foreach (var id in touched)
        {
            if (Ask(() => read(id)) is [var thing]) things.Put(key(thing), thing);
            else things.Remove(id);
        }
        return things.Next;
    }

    private T Ask<T>(Func<T> read)
    {
        // Rows of another revision than the rest's would be taken for the same cloud's.
        if (_ended) throw new InvalidOperationException("a part of the cloud that was not looked at during the change is asked for after it");
        try
        {
            return read();
        }
        catch (Exception e) when (SqliteFailure.IsUnreadableRow(e))
        {
            throw SqliteFailure.Unreadable(e, path);
        }
    }
}
