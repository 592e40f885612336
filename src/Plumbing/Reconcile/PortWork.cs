using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>What is done about guests' devices: they are guarded, and what someone pulled out of a bridge is put back.</summary>
internal sealed class PortWork(IpTool ip, HostDevices host, Journal journal, PortGuardTable table)
{
    // Looks at an unchanged host are many, and thousands of ports make for much garbage: what follows from the same is kept.
    private Known? _known;
    private Made? _made;

    /// <summary>Whether the guard stands as it was wanted last. No guest is plugged in before.</summary>
    public bool Stands { get; private set; }

    /// <summary>Brings the guard to what is wanted. Done before any device is made or plugged for the first time.</summary>
    /// <exception cref="IOException">Two ports have the same device name; both are shut off.</exception>
    public async Task GuardAsync(WantedHost wanted, ICollection<string> changes, CancellationToken cancellationToken)
    {
        Known known;
        try
        {
            var devices = host.All();
            var bridges = Bridges(devices, wanted);
            known = _known = ReferenceEquals(_known?.Wanted, wanted) ? _known : Known.Of(wanted);
            List<string> strangers = [.. Strangers(devices, bridges, known.Devices)];
            if (_made is null || !_made.IsOf(known, bridges, strangers)) _made = new Made(known, bridges, strangers, _made?.Elements);
            if (await table.EnsureAsync(_made.Elements, cancellationToken) is { } change) changes.Add(change);
            Stands = true;
        }
        catch
        {
            // Not before: a network that is looked at while the guard is, too, would leave its guests unplugged, and nobody would tell it afterwards.
            Stands = false;
            throw;
        }

        if (known.Clash is { } clash) throw new IOException(clash);
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
    private HashSet<string> Bridges(IReadOnlyCollection<Device> devices, WantedHost wanted)
    {
        var present = devices.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        return [.. journal.NamesOf(ThingKind.Bridge), .. wanted.Networks.Select(n => DeviceNames.Bridge(n.Id)).Where(b => !present.Contains(b))];
    }

    private static IEnumerable<string> Strangers(IReadOnlyCollection<Device> devices, HashSet<string> bridges, HashSet<string> known) => devices
        .Where(d => d.Master is not null && bridges.Contains(d.Master) && !known.Contains(d.Name) && PortGuardRuleset.IsGuests(d.Name))
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

    private static string? ClashOf(WantedHost wanted) => wanted.Ports!.Value
        .GroupBy(p => DeviceNames.HostEnd(p.Id), StringComparer.Ordinal)
        .Where(g => g.DistinctBy(p => p.Id).Skip(1).Any())
        .Select(g => $"{g.Key} would be the device of ports {string.Join(" and ", g.Select(p => p.Id).Order(StringComparer.Ordinal))}: it is shut off")
        .FirstOrDefault();

    // Ports of what is wanted, names of their devices, and what two of them would both be called.
    private sealed record Known(WantedHost Wanted, List<WantedPort> Ports, HashSet<string> Devices, string? Clash)
    {
        public static Known Of(WantedHost wanted)
        {
            var ports = PortWork.Ports(wanted).ToList();
            return new Known(wanted, ports, ports.Select(p => DeviceNames.HostEnd(p.Id)).ToHashSet(StringComparer.Ordinal), ClashOf(wanted));
        }
    }

    // Elements and what they were made of.
    private sealed class Made(Known known, HashSet<string> bridges, List<string> strangers, PortGuardElements? former)
    {
        public PortGuardElements Elements { get; } = PortGuardElements.Of(bridges, known.Ports, strangers, former);

        public bool IsOf(Known others, HashSet<string> present, List<string> unknown) =>
            ReferenceEquals(known, others) && bridges.SetEquals(present) && strangers.SequenceEqual(unknown, StringComparer.Ordinal);
    }
}
