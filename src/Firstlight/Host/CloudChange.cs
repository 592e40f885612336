using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Host;

/// <summary>What makes a cloud another one than the one before, as far as it is about what hosts carry. Pure.</summary>
/// <remarks>The inventory keeps records that did not change: to find the others is a comparison of references, whatever they hold.</remarks>
internal sealed class CloudChange
{
    private readonly HashSet<string> _renamedServers;

    private CloudChange(Cloud before, Cloud after)
    {
        Ports = Changed<Port>.Between(before.Ports, after.Ports);
        var networks = Changed<Network>.Between(before.Networks, after.Networks);
        var subnets = Changed<Subnet>.Between(before.Subnets, after.Subnets);
        Networks = [.. networks.All.Select(n => n.Id), .. subnets.All.Select(s => s.NetworkId), .. Ports.All.Select(p => p.NetworkId)];
        _renamedServers = [.. Changed<Server>.Between(before.Servers, after.Servers).All.Select(s => s.Id)];
        _renamedServers.RemoveWhere(id => string.Equals(before.Servers.GetValueOrDefault(id)?.Hostname, after.Servers.GetValueOrDefault(id)?.Hostname, StringComparison.Ordinal));
    }

    /// <summary>Ids of networks that came, went, or have a record on them that is another.</summary>
    public HashSet<string> Networks { get; }

    /// <summary>Ports that came, went, or are others.</summary>
    public Changed<Port> Ports { get; }

    /// <summary>Compares two clouds.</summary>
    public static CloudChange Between(Cloud before, Cloud after) => new(before, after);

    /// <summary>Ids of networks with ports of servers that are called something else, came or went.</summary>
    /// <param name="after">The later cloud.</param>
    public IEnumerable<string> Renamed(Cloud after) => _renamedServers.Count == 0
        ? []
        : after.Ports.Values.Where(p => _renamedServers.Contains(p.DeviceId)).Select(p => p.NetworkId).Distinct(StringComparer.Ordinal);
}

/// <summary>Records of one kind that are in one cloud only; of a record that changed, both versions are.</summary>
/// <param name="Gone">Those of the cloud before.</param>
/// <param name="Come">Those of the cloud after.</param>
internal readonly record struct Changed<T>(List<T> Gone, List<T> Come)
    where T : class
{
    /// <summary>Both.</summary>
    public IEnumerable<T> All => Gone.Concat(Come);

    /// <summary>Compares by reference.</summary>
    public static Changed<T> Between(ImmutableDictionary<string, T> before, ImmutableDictionary<string, T> after)
    {
        var changed = new Changed<T>([], []);
        if (ReferenceEquals(before, after)) return changed;
        var known = 0;
        foreach (var (id, record) in after)
        {
            var former = before.GetValueOrDefault(id);
            if (former is not null) known++;
            if (ReferenceEquals(former, record)) continue;
            changed.Come.Add(record);
            if (former is not null) changed.Gone.Add(former);
        }

        if (known < before.Count) changed.Gone.AddRange(before.Where(b => !after.ContainsKey(b.Key)).Select(b => b.Value));
        return changed;
    }
}
