using System.Collections.Concurrent;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Applies what the plans of Links say: namespaces, bridges, veths and what stands on them.</summary>
internal sealed class DeviceWork(IpTool ip, Journal journal)
{
    // Namespaces whose settings this process has set, by name and kernel identity: reading them back would cost a program each turn.
    private readonly ConcurrentDictionary<string, string> _settled = new(StringComparer.Ordinal);

    /// <summary>Makes a bridge right.</summary>
    public async Task EnsureBridgeAsync(Turn turn, Unit unit, string bridge, int mtu, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var thing = new Thing(unit, ThingKind.Bridge, bridge);
        var present = turn.Host.Devices.GetValueOrDefault(bridge);
        if (present is null)
        {
            journal.Record(thing);
            await RunAsync(networkNamespace: null, HostPlan.CreateBridge(bridge, mtu), changes, cancellationToken);
        }
        else if (!journal.Has(thing))
        {
            // Someone else's (Neutron's own agent, an operator): put to use as it is.
            return;
        }

        if (HostIsolation.Apply(bridge) && present is not null) changes.Add($"isolated the host from {bridge}");
        if (BridgeLearning.RefuseReserved(bridge) && present is not null) changes.Add($"{bridge} learns no more from reserved groups");
        await RunAsync(networkNamespace: null, [.. HostPlan.RepairBridge(bridge, mtu, present)], changes, cancellationToken);
    }

    /// <summary>Plugs a device of the host into a bridge.</summary>
    /// <exception cref="IOException">It is not there, is in another bridge, or the host has addresses on it, which it would lose.</exception>
    public async Task EnsureUplinkAsync(Turn turn, Unit unit, string bridge, string uplink, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var present = turn.Host.Devices.GetValueOrDefault(uplink) ?? throw new IOException($"its uplink {uplink} is not there: no such device on this host");
        if (present.Master is { } master && !string.Equals(master, bridge, StringComparison.Ordinal)) throw new IOException($"its uplink {uplink} is in {master} already");
        if (present.Addresses.FirstOrDefault(a => !a.LinkLocal) is { } own)
            throw new IOException($"its uplink {uplink} has the host's address {own.Address}/{own.PrefixLength}, which nobody would reach any more in a bridge");
        string[] lines = [.. HostPlan.RepairUplink(uplink, bridge, present)];
        if (lines.Length == 0) return;
        journal.Record(new Thing(unit, ThingKind.Uplink, uplink));
        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);
    }

    /// <summary>Makes a namespace with its settings, or reads the one that is there.</summary>
    public async Task<NamespaceState> EnsureNamespaceAsync(
        Turn turn, Unit unit, string name, IReadOnlyList<string> settings, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var identity = turn.Namespaces.GetValueOrDefault(name);
        var links = LinkDump.Nothing;
        if (identity is null)
        {
            journal.Record(new Thing(unit, ThingKind.Namespace, name));
            await ip.AddNamespaceAsync(name, cancellationToken);
            changes.Add($"made namespace {name}");
            identity = NamespaceList.Read().GetValueOrDefault(name);
        }
        else
        {
            links = await ip.DumpAsync(name, cancellationToken);
        }

        if (!string.Equals(_settled.GetValueOrDefault(name), identity, StringComparison.Ordinal))
        {
            await ip.SetAsync(name, settings, cancellationToken);
            _settled[name] = identity ?? "";
        }

        return new NamespaceState(identity, links);
    }

    /// <summary>Makes veths right at both ends.</summary>
    /// <param name="turn">What the host had.</param>
    /// <param name="unit">Whose they are.</param>
    /// <param name="name">Namespace of the far ends.</param>
    /// <param name="inside">What that namespace had.</param>
    /// <param name="devices">All that are wanted.</param>
    /// <param name="beforeMaking">Called before any is made: sockets bound to a former device of that name will hear nothing any more.</param>
    /// <param name="changes">Where changes are told.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public async Task EnsureDevicesAsync(
        Turn turn, Unit unit, string name, NamespaceState inside, IReadOnlyList<WantedDevice> devices, Action beforeMaking, ICollection<string> changes,
        CancellationToken cancellationToken)
    {
        var missing = devices.Where(d => !IsWhole(d, turn, inside)).ToList();
        if (missing.Count > 0) beforeMaking();
        foreach (var device in missing) await CreateAsync(turn, unit, name, inside, device, changes, cancellationToken);

        var lines = new List<string>();
        foreach (var device in devices)
        {
            var present = missing.Contains(device) ? null : turn.Host.Devices.GetValueOrDefault(device.HostEnd);
            if (HostIsolation.Apply(device.HostEnd) && present is not null) changes.Add($"isolated the host from {device.HostEnd}");
            lines.AddRange(HostPlan.RepairHostEnd(device, present));
            if (missing.Contains(device)) lines.Add(HostPlan.Enter(device, name));
        }

        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);

        var known = inside.Links with
        {
            Devices = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                inside.Links.Devices.Where(d => !missing.Exists(m => string.Equals(m.Name, d.Key, StringComparison.Ordinal))), StringComparer.Ordinal),
        };
        await RunAsync(name, NamespacePlan.Lines(known, devices), changes, cancellationToken);
    }

    private static bool IsWhole(WantedDevice device, Turn turn, NamespaceState inside) =>
        turn.Host.Devices.ContainsKey(device.HostEnd) && inside.Links.Devices.TryGetValue(device.Name, out var far) && device.Mac.Equals(far.Mac);

    private async Task CreateAsync(
        Turn turn, Unit unit, string name, NamespaceState inside, WantedDevice device, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var thing = new Thing(unit, ThingKind.Link, device.HostEnd);
        var ours = journal.Has(thing);
        string[] leftInHost = [.. new[] { device.HostEnd, device.Name }.Where(turn.Host.Devices.ContainsKey)];
        if (leftInHost.Length > 0 && !ours) throw new IOException($"{leftInHost[0]} exists on this host and was not made by us");

        // Half a veth is of no use: taking either end away takes both.
        if (leftInHost.Length > 0) await ip.DeleteLinkAsync(leftInHost[0], cancellationToken);
        else if (inside.Links.Devices.ContainsKey(device.Name)) await RunAsync(name, [HostPlan.Delete(device.Name)], changes, cancellationToken);

        journal.Record(thing);
        await RunAsync(networkNamespace: null, HostPlan.CreateVeth(device), changes, cancellationToken);

        // A packet that never meets hardware never gets its UDP checksum filled in, and DHCP clients that read raw packets drop it.
        // Neutron has iptables fill it in (CHECKSUM), which nft has no word for; without offload the kernel does it. The setting moves with the device.
        Ethtool.DisableTransmitChecksum(device.Name);
    }

    private async Task RunAsync(string? networkNamespace, IReadOnlyCollection<string> lines, ICollection<string> changes, CancellationToken cancellationToken)
    {
        await ip.RunAsync(networkNamespace, lines, cancellationToken);
        foreach (var line in lines) changes.Add(networkNamespace is null ? line : $"{networkNamespace}: {line}");
    }
}
