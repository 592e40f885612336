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
        var difference = CloudDifference.Of(before, after);
        if (!difference.IsMoreButForFloatingIps) return after;
        var (subnets, ports) = (difference.Subnets.Added, difference.Ports.Added);

        // By what it is on, nobody finds under which key a thing is.
        if (subnets.Any(s => !ReferenceEquals(s, after.Subnets.GetValueOrDefault(s.Id))) || ports.Any(p => !ReferenceEquals(p, after.Ports.GetValueOrDefault(p.Id)))) return after;

        // What a subnet may break is about its network. Names of the other kinds are unique in the whole inventory or a project.
        var served = subnets.Select(s => s.NetworkId).ToHashSet(StringComparer.Ordinal);
        var places = ports.Select(p => p.NetworkId).ToHashSet(StringComparer.Ordinal);
        var devices = ports.Where(p => p.DeviceOwner is DeviceOwners.RouterInterface or DeviceOwners.RouterGateway).Select(p => p.DeviceId).ToHashSet(StringComparer.Ordinal);
        return new Cloud
        {
            Projects = difference.Projects.Any ? after.Projects : Cloud.Empty.Projects,
            Networks = difference.Networks.Any ? after.Networks : Filed(served.Select(id => after.Networks.GetValueOrDefault(id)).OfType<Network>(), n => n.Id),
            Subnets = Filed(served.SelectMany(after.SubnetsOn), s => s.Id),
            Routers = difference.Routers.Any ? after.Routers : Cloud.Empty.Routers,
            KeyPairs = difference.KeyPairs.Any ? after.KeyPairs : Cloud.Empty.KeyPairs,
            Servers = difference.Servers.Any ? after.Servers : Cloud.Empty.Servers,
            Ports = Filed(places.SelectMany(after.PortsOn).Concat(devices.SelectMany(after.PortsOf)).DistinctBy(p => p.Id), p => p.Id),
            // A port that comes may have the address of one.
            FloatingIps = ports.Count > 0 || !after.AllFloatingIps.Is(before.AllFloatingIps) ? after.FloatingIps : Cloud.Empty.FloatingIps,
        };
    }

    private static ImmutableDictionary<string, T> Filed<T>(IEnumerable<T> things, Func<T, string> id) => things.ToImmutableDictionary(id, StringComparer.Ordinal);
}
