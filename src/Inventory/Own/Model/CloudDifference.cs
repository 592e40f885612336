using System.Collections.Immutable;

namespace Firstlight.Inventory.Own.Model;

/// <summary>What differs between two clouds, kind by kind. A changed thing is one that goes and one that comes.</summary>
internal sealed class CloudDifference
{
    private CloudDifference(Cloud before, Cloud after)
    {
        Projects = Between(before.Projects, after.Projects, (a, b) => Differences.Of(a, b).IsEmpty);
        Networks = Between(before.Networks, after.Networks, (a, b) => Differences.Of(a, b).IsEmpty);
        Subnets = Between(before.Subnets, after.Subnets, (a, b) => Differences.Of(a, b).IsEmpty);
        Routers = Between(before.Routers, after.Routers, (a, b) => Differences.Of(a, b).IsEmpty);
        KeyPairs = Between(before.KeyPairs, after.KeyPairs, (a, b) => Differences.Of(a, b).IsEmpty);
        Servers = Between(before.Servers, after.Servers, (a, b) => Differences.Of(a, b).IsEmpty);
        Ports = Between(before.Ports, after.Ports, (a, b) => Differences.Of(a, b).IsEmpty);
        FloatingIps = Between(before.FloatingIps, after.FloatingIps, (a, b) => Differences.Of(a, b).IsEmpty);
    }

    public Difference<Project> Projects { get; }

    public Difference<Network> Networks { get; }

    public Difference<Subnet> Subnets { get; }

    public Difference<Router> Routers { get; }

    public Difference<StoredKeyPair> KeyPairs { get; }

    public Difference<Server> Servers { get; }

    public Difference<Port> Ports { get; }

    public Difference<FloatingIp> FloatingIps { get; }

    /// <summary>Whether anything differs.</summary>
    public bool Any => Projects.Any || Networks.Any || Subnets.Any || Routers.Any || KeyPairs.Any || Servers.Any || Ports.Any || FloatingIps.Any;

    public static CloudDifference Of(Cloud before, Cloud after) => new(before, after);

    private static Difference<T> Between<TKey, T>(ImmutableDictionary<TKey, T> before, ImmutableDictionary<TKey, T> after, Func<T, T, bool> same)
        where TKey : notnull
    {
        if (ReferenceEquals(before, after)) return new Difference<T>([], []);
        List<T> removed = [], added = [];
        foreach (var (key, old) in before)
        {
            if (!after.TryGetValue(key, out var kept) || !same(old, kept)) removed.Add(old);
        }
        foreach (var (key, wanted) in after)
        {
            if (!before.TryGetValue(key, out var old) || !same(old, wanted)) added.Add(wanted);
        }
        return new Difference<T>(removed, added);
    }
}

/// <summary>Things of one kind that go, and those that come.</summary>
internal sealed record Difference<T>(List<T> Removed, List<T> Added)
{
    public bool Any => Removed.Count > 0 || Added.Count > 0;

    /// <summary>Both.</summary>
    public IEnumerable<T> All => Removed.Concat(Added);
}
