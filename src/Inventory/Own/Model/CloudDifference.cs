using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>What differs between two clouds, kind by kind. A changed thing is one that goes and one that comes.</summary>
/// <remarks>Of a cloud that the inventory made of the other, what was touched on the way is compared; of any two, everything.</remarks>
public sealed class CloudDifference
{
    private CloudDifference(Cloud before, Cloud after)
    {
        Projects = Between(before.AllProjects, after.AllProjects, (a, b) => Differences.Of(a, b).IsEmpty);
        Networks = Between(before.AllNetworks, after.AllNetworks, (a, b) => Differences.Of(a, b).IsEmpty);
        Subnets = Between(before.AllSubnets, after.AllSubnets, (a, b) => Differences.Of(a, b).IsEmpty);
        Routers = Between(before.AllRouters, after.AllRouters, (a, b) => Differences.Of(a, b).IsEmpty);
        KeyPairs = Between(before.AllKeyPairs, after.AllKeyPairs, (a, b) => Differences.Of(a, b).IsEmpty);
        Servers = Between(before.AllServers, after.AllServers, (a, b) => Differences.Of(a, b).IsEmpty);
        Ports = Between(before.AllPorts, after.AllPorts, (a, b) => Differences.Of(a, b).IsEmpty);
        FloatingIps = Between(before.AllFloatingIps, after.AllFloatingIps, (a, b) => Differences.Of(a, b).IsEmpty);
    }

    /// <summary>Projects.</summary>
    public Difference<Project> Projects { get; }

    /// <summary>Networks.</summary>
    public Difference<Network> Networks { get; }

    /// <summary>Subnets.</summary>
    public Difference<Subnet> Subnets { get; }

    /// <summary>Routers.</summary>
    public Difference<Router> Routers { get; }

    /// <summary>Key pairs.</summary>
    public Difference<StoredKeyPair> KeyPairs { get; }

    /// <summary>Servers.</summary>
    public Difference<Server> Servers { get; }

    /// <summary>Ports.</summary>
    public Difference<Port> Ports { get; }

    /// <summary>Floating addresses.</summary>
    public Difference<FloatingIp> FloatingIps { get; }

    /// <summary>Whether anything differs.</summary>
    public bool Any => Projects.Any || Networks.Any || Subnets.Any || Routers.Any || KeyPairs.Any || Servers.Any || Ports.Any || FloatingIps.Any;

    /// <summary>Whether nothing that was there changes or goes.</summary>
    public bool IsMore => IsMoreButForFloatingIps && FloatingIps.Removed.Count == 0;

    /// <summary>Whether nothing but floating addresses changes or goes, to which nothing refers.</summary>
    internal bool IsMoreButForFloatingIps => Projects.Removed.Count + Networks.Removed.Count + Subnets.Removed.Count + Routers.Removed.Count
        + KeyPairs.Removed.Count + Servers.Removed.Count + Ports.Removed.Count == 0;

    /// <summary>Compares two clouds.</summary>
    public static CloudDifference Of(Cloud before, Cloud after) => new(before, after);

    private static Difference<T> Between<TKey, T>(Things<TKey, T> before, Things<TKey, T> after, Func<T, T, bool> same)
        where TKey : notnull
        where T : class
    {
        if (before.Is(after)) return new Difference<T>([], []);
        return after.KeysSince(before) is { } keys ? At(keys, before.All, after.All, same) : Anywhere(before.All, after.All, same);
    }

    private static Difference<T> At<TKey, T>(IEnumerable<TKey> keys, ImmutableDictionary<TKey, T> before, ImmutableDictionary<TKey, T> after, Func<T, T, bool> same)
        where TKey : notnull
        where T : class
    {
        List<T> removed = [], added = [];
        foreach (var key in keys)
        {
            var (old, wanted) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
            if (old is not null && wanted is not null && same(old, wanted)) continue;
            if (old is not null) removed.Add(old);
            if (wanted is not null) added.Add(wanted);
        }
        return new Difference<T>(removed, added);
    }

    private static Difference<T> Anywhere<TKey, T>(ImmutableDictionary<TKey, T> before, ImmutableDictionary<TKey, T> after, Func<T, T, bool> same)
        where TKey : notnull
        where T : class
    {
        List<T> removed = [], added = [];
        var kept = 0;
        foreach (var (key, wanted) in after)
        {
            var old = before.GetValueOrDefault(key);
            if (old is not null) kept++;
            if (ReferenceEquals(old, wanted) || (old is not null && same(old, wanted))) continue;
            added.Add(wanted);
            if (old is not null) removed.Add(old);
        }
        if (kept < before.Count) removed.AddRange(before.Where(b => !after.ContainsKey(b.Key)).Select(b => b.Value));
        return new Difference<T>(removed, added);
    }
}

/// <summary>Things of one kind that go, and those that come.</summary>
/// <param name="Removed">As they were before.</param>
/// <param name="Added">As they are after.</param>
public sealed record Difference<T>(IReadOnlyList<T> Removed, IReadOnlyList<T> Added)
{
    /// <summary>Whether there are any.</summary>
    public bool Any => Removed.Count > 0 || Added.Count > 0;

    /// <summary>Both.</summary>
    public IEnumerable<T> All => Removed.Concat(Added);
}
