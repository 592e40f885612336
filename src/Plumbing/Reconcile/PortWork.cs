using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What a turn does about guests' devices: the guard first, then what someone pulled out of a bridge is put back.</summary>
internal sealed class PortWork(IpTool ip, Journal journal, PortGuardTable table)
{
    /// <summary>Brings the guard to what is wanted. Done before any device of the turn is made or plugged.</summary>
    public async Task<IReadOnlyList<string>> GuardAsync(Turn turn, WantedHost wanted, CancellationToken cancellationToken)
    {
        var bridges = Bridges(turn, wanted);
        var ports = Ports(wanted).ToList();
        var elements = PortGuardElements.Of(bridges, ports, Strangers(turn, bridges, ports));
        return await table.EnsureAsync(elements, cancellationToken) is { } change ? [change] : [];
    }

    /// <summary>Puts devices of ports into their bridges that stand in none, as after a bridge was deleted and made anew; a device that is not there is not made.</summary>
    /// <exception cref="IOException">Two ports have the same device name; both are shut off.</exception>
    public async Task<IReadOnlyList<string>> PlugAsync(Turn turn, WantedHost wanted, CancellationToken cancellationToken)
    {
        var mtus = wanted.Networks.ToDictionary(n => n.Id, n => n.Mtu, StringComparer.Ordinal);
        var lines = new List<string>();
        foreach (var port in wanted.Ports!.Value.Where(p => p.Trust != PortTrust.Infrastructure && mtus.ContainsKey(p.NetworkId)))
        {
            if (!turn.Host.Devices.TryGetValue(DeviceNames.HostEnd(port.Id), out var device)) continue;

            // In another bridge someone put it on purpose. In ours it has been cut off with a bridge that was made anew in this very turn.
            var bridge = DeviceNames.Bridge(port.NetworkId);
            var isOut = device.Master is null || (string.Equals(device.Master, bridge, StringComparison.Ordinal) && !turn.Host.Devices.ContainsKey(bridge));
            if (isOut && Directory.Exists($"/sys/class/net/{bridge}")) lines.Add($"link set dev {device.Name} master {bridge}");
            if (device.Mtu != mtus[port.NetworkId]) lines.Add($"link set dev {device.Name} mtu {mtus[port.NetworkId]}");
            if (!device.Up) lines.Add($"link set dev {device.Name} up");
        }

        await ip.RunAsync(networkNamespace: null, lines, cancellationToken);
        return Clash(wanted) is { } clash ? throw new IOException(clash) : lines;
    }

    /// <summary>Takes the guard away.</summary>
    public async Task<IReadOnlyList<string>> RemoveAsync(CancellationToken cancellationToken)
    {
        await table.RemoveAsync(cancellationToken);
        return [];
    }

    // A bridge that was there before us is someone else's, and so are devices in it that we do not know. One that is to go is guarded until it is gone.
    private HashSet<string> Bridges(Turn turn, WantedHost wanted) =>
        [.. journal.NamesOf(ThingKind.Bridge), .. wanted.Networks.Select(n => DeviceNames.Bridge(n.Id)).Where(b => !turn.Host.Devices.ContainsKey(b))];

    private static IEnumerable<string> Strangers(Turn turn, HashSet<string> bridges, List<WantedPort> ports)
    {
        var known = ports.Select(p => DeviceNames.HostEnd(p.Id)).ToHashSet(StringComparer.Ordinal);
        return turn.Host.Devices.Values
            .Where(d => d.Master is not null && bridges.Contains(d.Master) && !known.Contains(d.Name) && PortGuardRuleset.IsGuests(d.Name))
            .Select(d => d.Name);
    }

    // DHCP's and routers' own ports among them, whether or not the inventory named them.
    private static IEnumerable<WantedPort> Ports(WantedHost wanted)
    {
        var known = wanted.Ports!.Value;
        var ids = known.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var dhcp = wanted.Networks.Where(n => n.Dhcp is not null).Select(n => Own(n.Dhcp!.PortId, n.Id, n.Dhcp.Mac));
        var legs = wanted.Routers.SelectMany(r => r.Interfaces).Select(leg => Own(leg.PortId, leg.NetworkId, leg.Mac));
        return known.Concat(dhcp.Concat(legs).Where(p => ids.Add(p.Id)));
    }

    private static WantedPort Own(string id, string networkId, System.Net.NetworkInformation.PhysicalAddress mac) =>
        new() { Id = id, NetworkId = networkId, Mac = mac, Trust = PortTrust.Infrastructure };

    private static string? Clash(WantedHost wanted) => wanted.Ports!.Value
        .GroupBy(p => DeviceNames.HostEnd(p.Id), StringComparer.Ordinal)
        .Where(g => g.DistinctBy(p => p.Id).Skip(1).Any())
        .Select(g => $"{g.Key} would be the device of ports {string.Join(" and ", g.Select(p => p.Id).Order(StringComparer.Ordinal))}: it is shut off")
        .FirstOrDefault();
}
