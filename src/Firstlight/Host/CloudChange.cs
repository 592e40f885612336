using Firstlight.Inventory.Own.Model;

namespace Firstlight.Host;

/// <summary>What makes a cloud another one than the one before, as far as it is about what hosts carry. Pure.</summary>
internal sealed class CloudChange
{
    private readonly HashSet<string> _renamedServers;

    private CloudChange(Cloud before, Cloud after)
    {
        var difference = CloudDifference.Of(before, after);
        Ports = difference.Ports;
        Networks = [.. difference.Networks.All.Select(n => n.Id), .. difference.Subnets.All.Select(s => s.NetworkId), .. Ports.All.Select(p => p.NetworkId)];
        _renamedServers = [.. difference.Servers.All.Select(s => s.Id)];
        _renamedServers.RemoveWhere(id => string.Equals(before.Servers.GetValueOrDefault(id)?.Hostname, after.Servers.GetValueOrDefault(id)?.Hostname, StringComparison.Ordinal));
    }

    /// <summary>Ids of networks that came, went, or have something on them that is another.</summary>
    public HashSet<string> Networks { get; }

    /// <summary>Ports that came, went, or are others.</summary>
    public Difference<Port> Ports { get; }

    /// <summary>Compares two clouds.</summary>
    public static CloudChange Between(Cloud before, Cloud after) => new(before, after);

    /// <summary>Ids of networks with ports of servers that are called something else, came or went.</summary>
    /// <param name="after">The later cloud.</param>
    public IEnumerable<string> Renamed(Cloud after) => _renamedServers.SelectMany(after.PortsOf).Select(p => p.NetworkId).Distinct(StringComparer.Ordinal);
}
