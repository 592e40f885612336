using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What is done about guests' devices: they are guarded, and what someone pulled out of a bridge is put back.</summary>
internal sealed class PortWork(IpTool ip, HostDevices host, Journal journal, PortGuardTable table)
{
    private Made? _made;

    /// <summary>Whether the guard stands as it was wanted last. No guest is plugged in before.</summary>
    public bool Stands { get; private set; }

    /// <summary>Brings the guard to what is wanted. Done before any device is made or plugged for the first time.</summary>
    /// <param name="wanted">The host.</param>
    /// <param name="isHeard">Whether the kernel would have told of every guest's device that was plugged in since the last time, and did of none that nobody knows.</param>
    /// <param name="changes">Where changes are told.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    /// <exception cref="IOException">Two ports have the same device name; both are shut off.</exception>
    public async Task GuardAsync(WantedHost wanted, bool isHeard, ICollection<string> changes, CancellationToken cancellationToken)
    {
        try
        {
            var bridges = Bridges(wanted);
            var guarded = _made is { } former && former.IsOf(wanted, bridges) ? former.Guarded : PortGuardElements.Of(bridges, Ports(wanted), _made?.Guarded);

            // Nobody's is a device that was plugged in, or one whose port went; to look for those is to read all devices of the host.
            List<string> strangers = isHeard && _made is { } seen && seen.All.AreWithin(guarded) ? [] : [.. Strangers(bridges, guarded)];
            if (_made is null || !ReferenceEquals(_made.Guarded, guarded) || !_made.Strangers.SequenceEqual(strangers, StringComparer.Ordinal))
                _made = new Made(wanted, bridges, guarded, strangers);
            if (await table.EnsureAsync(_made.All, cancellationToken) is { } change) changes.Add(change);
            Stands = true;
        }
        catch
        {
            // Not before: a network that is looked at while the guard is, too, would leave its guests unplugged, and nobody would tell it afterwards.
            Stands = false;
            throw;
        }

        if (_made.Guarded.Clash is { } clash) throw new IOException(Of(clash, wanted));
    }

    /// <summary>Puts devices of guests into their bridge that stand in none, as after the bridge was deleted and made anew; a device that is not there is not made.</summary>
    /// <returns>Whether any stood in none or was down: its guest has heard nothing of the network meanwhile.</returns>
    public async Task<bool> PlugAsync(IReadOnlyList<WantedPort> guests, string bridge, int mtu, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var isBack = false;
        foreach (var device in host.Find([.. guests.Select(p => DeviceNames.HostEnd(p.Id))]))
        {
            // In another bridge someone put it on purpose.
            if (device.Master is null) lines.Add($"link set dev {device.Name} master {bridge}");
            isBack |= device.Master is null || !device.Up;
            if (device.Mtu != mtu) lines.Add($"link set dev {device.Name} mtu {mtu}");
            if (!device.Up) lines.Add($"link set dev {device.Name} up");
        }

        await ip.RunAsync(networkNamespace: null, lines, cancellationToken);
        foreach (var line in lines) changes.Add(line);
        return isBack;
    }

    /// <summary>Takes the guard away.</summary>
    public Task RemoveAsync(CancellationToken cancellationToken) => table.RemoveAsync(cancellationToken);

    // A bridge that was there before us is someone else's, and so are devices in it that we do not know. One that is to go is guarded until it is gone.
    private HashSet<string> Bridges(WantedHost wanted)
    {
        var bridges = journal.NamesOf(ThingKind.Bridge).ToHashSet(StringComparer.Ordinal);
        string[] others = [.. wanted.Networks.Select(n => DeviceNames.Bridge(n.Id)).Where(b => !bridges.Contains(b))];
        bridges.UnionWith(others.Except(host.Find(others).Select(d => d.Name), StringComparer.Ordinal));
        return bridges;
    }

    private IEnumerable<string> Strangers(HashSet<string> bridges, PortGuardElements guarded) => host.All()
        .Where(d => d.Master is not null && bridges.Contains(d.Master) && !guarded.Has(d.Name) && PortGuardRuleset.IsGuests(d.Name))
        .Select(d => d.Name);

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

    private static string Of(string clash, WantedHost wanted)
    {
        var ports = Ports(wanted).Select(p => p.Id).Where(id => string.Equals(DeviceNames.HostEnd(id), clash, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
        return $"{clash} would be the device of ports {string.Join(" and ", ports.Order(StringComparer.Ordinal))}: it is shut off";
    }

    // What the guard holds, and what that was made of: most looks find the same again.
    private sealed record Made(WantedHost Wanted, HashSet<string> Bridges, PortGuardElements Guarded, List<string> Strangers)
    {
        public PortGuardElements All { get; } = Strangers.Count == 0 ? Guarded : Guarded.With(Strangers);

        public bool IsOf(WantedHost wanted, HashSet<string> bridges) => ReferenceEquals(Wanted, wanted) && Bridges.SetEquals(bridges);
    }
}
