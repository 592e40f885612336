using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Rows → <see cref="Cloud"/>. Runs inside the caller's transaction, so that all tables are of one revision.</summary>
internal sealed class CloudReader(SqliteConnection connection)
{
    private readonly ThingReader _things = new(connection);

    /// <summary>Revision of the store as this transaction sees it.</summary>
    public static long Revision(SqliteConnection connection) => Statement.Number(connection, "SELECT revision FROM store");

    /// <summary>Reads everything.</summary>
    public Cloud Read() => new()
    {
        Revision = Revision(connection),
        Projects = _things.Projects().ToImmutableDictionary(p => p.Id),
        Networks = _things.Networks().ToImmutableDictionary(n => n.Id),
        Subnets = _things.Subnets().ToImmutableDictionary(s => s.Id),
        Routers = _things.Routers().ToImmutableDictionary(r => r.Id),
        FloatingIps = _things.FloatingIps().ToImmutableDictionary(f => f.Id),
        Ports = _things.Ports().ToImmutableDictionary(p => p.Id),
        Servers = _things.Servers().ToImmutableDictionary(s => s.Id),
        KeyPairs = _things.KeyPairs().ToImmutableDictionary(k => (k.ProjectId, k.Name)),
    };

    /// <summary>Reads what was touched since a cloud was read, and shares the rest with it.</summary>
    public Cloud Read(Cloud earlier, Touched touched) => earlier with
    {
        Revision = Revision(connection),
        Projects = Again(earlier.Projects, touched.Of(ResourceKind.Project), id => _things.Projects(Only.Id(id)), p => p.Id),
        Networks = Again(earlier.Networks, touched.Of(ResourceKind.Network), id => _things.Networks(Only.Id(id)), n => n.Id),
        Subnets = Again(earlier.Subnets, touched.Of(ResourceKind.Subnet), id => _things.Subnets(Only.Id(id)), s => s.Id),
        Routers = Again(earlier.Routers, touched.Of(ResourceKind.Router), id => _things.Routers(Only.Id(id)), r => r.Id),
        FloatingIps = Again(earlier.FloatingIps, touched.Of(ResourceKind.FloatingIp), id => _things.FloatingIps(Only.Id(id)), f => f.Id),
        Ports = Again(earlier.Ports, touched.Of(ResourceKind.Port), id => _things.Ports(Only.Id(id)), p => p.Id),
        Servers = Again(earlier.Servers, touched.Of(ResourceKind.Server), id => _things.Servers(Only.Id(id)), s => s.Id),
        // Their keys are pairs, and there are few: read whole.
        KeyPairs = touched.Of(ResourceKind.KeyPair).Count == 0 ? earlier.KeyPairs : _things.KeyPairs().ToImmutableDictionary(k => (k.ProjectId, k.Name)),
    };

    private static ImmutableDictionary<string, T> Again<T>(ImmutableDictionary<string, T> earlier, HashSet<string> touched, Func<string, List<T>> read, Func<T, string> key)
    {
        if (touched.Count == 0) return earlier;
        var things = earlier.ToBuilder();
        foreach (var id in touched)
        {
            if (read(id) is [var thing]) things[key(thing)] = thing;
            else things.Remove(id);
        }
        return things.ToImmutable();
    }
}
