using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Which things of a cloud a change can have made break a rule, where the cloud before broke none.</summary>
/// <remarks>
/// What only comes is cheap to judge: nothing that was there loses what it refers to, so only the new things are looked at, with those they might collide with, which are on the
/// same networks, of the same routers, or of the same kind. A change of anything that was there, or its going, has everything looked at.
/// </remarks>
internal static class Affected
{
    /// <summary>Things to look at. A reference of theirs may lead to a thing that is not among them, but is in <paramref name="after"/>.</summary>
    public static Cloud By(Cloud before, Cloud after)
    {
        if (Added(before.Projects, after.Projects, Differences.Of) is not { } projects
            || Added(before.Networks, after.Networks, Differences.Of) is not { } networks
            || Added(before.Subnets, after.Subnets, Differences.Of) is not { } subnets
            || Added(before.Routers, after.Routers, Differences.Of) is not { } routers
            || Added(before.KeyPairs, after.KeyPairs, Differences.Of) is not { } keyPairs
            || Added(before.Servers, after.Servers, Differences.Of) is not { } servers
            || Added(before.Ports, after.Ports, Differences.Of) is not { } ports)
        {
            return after;
        }

        // Names of the other kinds are unique in the whole inventory or a project.
        var places = networks.Select(n => n.Id).Concat(subnets.Select(s => s.NetworkId)).Concat(ports.Select(p => p.NetworkId)).ToHashSet(StringComparer.Ordinal);
        var devices = ports.Where(p => p.DeviceOwner is DeviceOwners.RouterInterface or DeviceOwners.RouterGateway).Select(p => p.DeviceId).ToHashSet(StringComparer.Ordinal);
        return after with
        {
            Projects = projects.Count > 0 ? after.Projects : after.Projects.Clear(),
            Networks = networks.Count > 0 ? after.Networks : Some(after.Networks, n => places.Contains(n.Id)),
            Subnets = places.Count > 0 ? Some(after.Subnets, s => places.Contains(s.NetworkId)) : after.Subnets.Clear(),
            Routers = routers.Count > 0 ? after.Routers : after.Routers.Clear(),
            KeyPairs = keyPairs.Count > 0 ? after.KeyPairs : after.KeyPairs.Clear(),
            Servers = servers.Count > 0 ? after.Servers : after.Servers.Clear(),
            Ports = places.Count > 0 ? Some(after.Ports, p => places.Contains(p.NetworkId) || devices.Contains(p.DeviceId)) : after.Ports.Clear(),
        };
    }

    // Null where something changed or went.
    private static List<T>? Added<TKey, T>(ImmutableDictionary<TKey, T> before, ImmutableDictionary<TKey, T> after, Func<T, T, ImmutableArray<string>> differences)
        where TKey : notnull
        where T : class
    {
        if (ReferenceEquals(before, after)) return [];
        var added = new List<T>();
        foreach (var (key, thing) in after)
        {
            if (!before.TryGetValue(key, out var old)) added.Add(thing);
            else if (!ReferenceEquals(old, thing) && !differences(old, thing).IsEmpty) return null;
        }

        return after.Count == before.Count + added.Count ? added : null;
    }

    private static ImmutableDictionary<string, T> Some<T>(ImmutableDictionary<string, T> things, Func<T, bool> which) =>
        things.Clear().AddRange(things.Where(thing => which(thing.Value)));
}
