namespace Firstlight.Inventory.Own.Model;

/// <summary>What differs between two clouds, kind by kind. A changed thing is one that goes and one that comes.</summary>
internal sealed class CloudDifference
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

    /// <summary>Whether nothing that was there changes or goes.</summary>
    public bool IsMore => Projects.Removed.Count + Networks.Removed.Count + Subnets.Removed.Count + Routers.Removed.Count
        + KeyPairs.Removed.Count + Servers.Removed.Count + Ports.Removed.Count + FloatingIps.Removed.Count == 0;

    public static CloudDifference Of(Cloud before, Cloud after) => new(before, after);

    private static Difference<T> Between<TKey, T>(Things<TKey, T> before, Things<TKey, T> after, Func<T, T, bool> same)
        where TKey : notnull
    {
        if (before.Is(after)) return new Difference<T>([], []);
        List<T> removed = [], added = [];
        var kept = 0;
        foreach (var (key, wanted) in after.All)
        {
            var isKnown = before.All.TryGetValue(key, out var old);
            if (isKnown) kept++;
            if (isKnown && same(old!, wanted)) continue;
            added.Add(wanted);
            if (isKnown) removed.Add(old!);
        }
        if (kept < before.All.Count) removed.AddRange(before.All.Where(b => !after.All.ContainsKey(b.Key)).Select(b => b.Value));
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
