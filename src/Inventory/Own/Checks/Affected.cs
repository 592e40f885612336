using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Which things of a cloud a change can have made break a rule, where the cloud before broke none.</summary>
/// <remarks>
/// What only comes is cheap to judge: nothing that was there loses what it refers to, so only the new things are looked at, with those they might collide with, which are on the
/// same networks, of the same routers, or of the same kind. A change of anything that was there, or its going, has everything looked at. Kinds that nothing comes of stay unread where they can.
/// </remarks>
internal static class Affected
{
    /// <summary>Things to look at. A reference of theirs may lead to a thing that is not among them, but is in <paramref name="after"/>.</summary>
    public static Cloud By(Cloud before, Cloud after)
    {
        if (Added(before.AllProjects, after.AllProjects, Differences.Of) is not { } projects
            || Added(before.AllNetworks, after.AllNetworks, Differences.Of) is not { } networks
            || Added(before.AllSubnets, after.AllSubnets, Differences.Of) is not { } subnets
            || Added(before.AllRouters, after.AllRouters, Differences.Of) is not { } routers
            || Added(before.AllKeyPairs, after.AllKeyPairs, Differences.Of) is not { } keyPairs
            || Added(before.AllServers, after.AllServers, Differences.Of) is not { } servers
            || Added(before.AllPorts, after.AllPorts, Differences.Of) is not { } ports)
        {
            return after;
        }

        // What a subnet may break is about its network. Names of the other kinds are unique in the whole inventory or a project.
        var served = subnets.Select(s => s.NetworkId).ToHashSet(StringComparer.Ordinal);
        var places = ports.Select(p => p.NetworkId).ToHashSet(StringComparer.Ordinal);
        var devices = ports.Where(p => p.DeviceOwner is DeviceOwners.RouterInterface or DeviceOwners.RouterGateway).Select(p => p.DeviceId).ToHashSet(StringComparer.Ordinal);
        return new Cloud
        {
            Projects = projects.Count > 0 ? after.Projects : Cloud.Empty.Projects,
            Networks = networks.Count > 0 ? after.Networks : Some(after.AllNetworks, served, n => served.Contains(n.Id)),
            Subnets = Some(after.AllSubnets, served, s => served.Contains(s.NetworkId)),
            Routers = routers.Count > 0 ? after.Routers : Cloud.Empty.Routers,
            KeyPairs = keyPairs.Count > 0 ? after.KeyPairs : Cloud.Empty.KeyPairs,
            Servers = servers.Count > 0 ? after.Servers : Cloud.Empty.Servers,
            Ports = Some(after.AllPorts, places, p => places.Contains(p.NetworkId) || devices.Contains(p.DeviceId)),
            // A port that comes may have the address of one.
            FloatingIps = ports.Count > 0 || !after.AllFloatingIps.Is(before.AllFloatingIps) ? after.FloatingIps : Cloud.Empty.FloatingIps,
        };
    }

    // Null where something changed or went.
    private static List<T>? Added<TKey, T>(Things<TKey, T> before, Things<TKey, T> after, Func<T, T, ImmutableArray<string>> differences)
        where TKey : notnull
        where T : class
    {
        if (before.Is(after)) return [];
        var added = new List<T>();
        foreach (var (key, thing) in after.All)
        {
            if (!before.All.TryGetValue(key, out var old)) added.Add(thing);
            else if (!ReferenceEquals(old, thing) && !differences(old, thing).IsEmpty) return null;
        }

        return after.All.Count == before.All.Count + added.Count ? added : null;
    }

    private static ImmutableDictionary<string, T> Some<T>(Things<string, T> things, HashSet<string> networks, Func<T, bool> which) => networks.Count == 0
        ? ImmutableDictionary<string, T>.Empty
        : ImmutableDictionary<string, T>.Empty.AddRange(things.All.Where(thing => which(thing.Value)));
}
