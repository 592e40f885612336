using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Firstlight.Inventory.MariaDb.Connections;

/// <summary>What the pools hold now, by database and state, read when somebody asks.</summary>
internal static class PoolMetrics
{
    private static readonly Meter Meter = new("Firstlight.Inventory");
    private static readonly ConcurrentDictionary<ConnectionPool, KeyValuePair<string, object?>> Pools = new();
    private static readonly KeyValuePair<string, object?> IdleTag = new("state", "idle");
    private static readonly KeyValuePair<string, object?> UsedTag = new("state", "used");

    static PoolMetrics()
    {
        Meter.CreateObservableUpDownCounter(
            "firstlight.inventory.database.connections", Connections, "{connection}", "Open connections to a database, by state (idle, used).");
        Meter.CreateObservableUpDownCounter(
            "firstlight.inventory.database.waiting", Waiting, "{request}", "Callers that wait for a connection to become free.");
    }

    public static void Add(ConnectionPool pool) => Pools[pool] = new("database", pool.Target);

    public static void Remove(ConnectionPool pool) => Pools.TryRemove(pool, out _);

    private static IEnumerable<Measurement<int>> Connections()
    {
        foreach (var (pool, database) in Pools)
        {
            var idle = pool.Idle;
            yield return new(idle, database, IdleTag);
            yield return new(Math.Max(0, pool.Open - idle), database, UsedTag);
        }
    }

    private static IEnumerable<Measurement<int>> Waiting() => Pools.Select(p => new Measurement<int>(p.Key.Waiting, p.Value));
}
