using Firstlight.Inventory.Own.Checks;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>What some revisions touched: things of the cloud by id (a key pair's is <c>project/name</c>), and guests that are told something else since.</summary>
internal sealed class Touched
{
    private readonly Dictionary<ResourceKind, HashSet<string>> _things = [];

    /// <summary>Servers that are told something else: they, their ports or their floating addresses changed, came or went.</summary>
    public HashSet<string> Guests { get; } = new(StringComparer.Ordinal);

    /// <summary>Networks all guests of which are told something else: a network, its subnets or its DHCP ports changed.</summary>
    public HashSet<string> GuestsOf { get; } = new(StringComparer.Ordinal);

    /// <summary>How much there is.</summary>
    public int Count => Guests.Count + GuestsOf.Count + _things.Values.Sum(ids => ids.Count);

    /// <summary>Ids of one kind.</summary>
    public HashSet<string> Of(ResourceKind kind)
    {
        if (!_things.TryGetValue(kind, out var ids)) _things[kind] = ids = new HashSet<string>(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>What a change of the cloud touches.</summary>
    /// <param name="difference">The change.</param>
    /// <param name="after">The cloud after it.</param>
    public static Touched By(CloudDifference difference, Cloud after)
    {
        var touched = new Touched();
        touched.Of(ResourceKind.Project).UnionWith(difference.Projects.All.Select(p => p.Id));
        touched.Of(ResourceKind.Network).UnionWith(difference.Networks.All.Select(n => n.Id));
        touched.Of(ResourceKind.Subnet).UnionWith(difference.Subnets.All.Select(s => s.Id));
        touched.Of(ResourceKind.Router).UnionWith(difference.Routers.All.Select(r => r.Id));
        touched.Of(ResourceKind.KeyPair).UnionWith(difference.KeyPairs.All.Select(KeyPairChecks.Id));
        touched.Of(ResourceKind.Server).UnionWith(difference.Servers.All.Select(s => s.Id));
        touched.Of(ResourceKind.Port).UnionWith(difference.Ports.All.Select(p => p.Id));
        touched.Of(ResourceKind.FloatingIp).UnionWith(difference.FloatingIps.All.Select(f => f.Id));

        touched.GuestsOf.UnionWith(difference.Networks.All.Select(n => n.Id));
        touched.GuestsOf.UnionWith(difference.Subnets.All.Select(s => s.NetworkId));
        touched.Guests.UnionWith(difference.Servers.All.Select(s => s.Id));
        foreach (var port in difference.Ports.All) touched.AddGuest(port);
        // A port that went with its floating address, or changed hands, is a difference of its own.
        foreach (var floating in difference.FloatingIps.All)
        {
            if (floating.PortId is { } id && after.Ports.TryGetValue(id, out var port)) touched.AddGuest(port);
        }
        return touched;
    }

    // Guests of a network are told the address of its DHCP port. Keys and projects are copied into servers; what routers have is told by nobody's document.
    private void AddGuest(Port port)
    {
        if (port.DeviceOwner == DeviceOwners.Dhcp) GuestsOf.Add(port.NetworkId);
        else if (port.DeviceId.Length > 0 && port.DeviceOwner is not (DeviceOwners.RouterInterface or DeviceOwners.RouterGateway)) Guests.Add(port.DeviceId);
    }
}
