using System.Collections.Frozen;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>A namespace as it was found or made.</summary>
/// <param name="Identity">Kernel identity, <c>net:[…]</c>.</param>
/// <param name="Links">What is inside.</param>
internal sealed record NamespaceState(string Identity, LinkDump Links);

/// <summary>Applies what the plans of Links say: namespaces, bridges, veths and what stands on them.</summary>
/// <param name="ip">Changes devices.</param>
/// <param name="host">Reads those of the host.</param>
/// <param name="sockets">Reads those of namespaces.</param>
/// <param name="journal">What is ours.</param>
/// <param name="follow">Told of each namespace, by name and kernel identity, before it is looked into: what changes after the look is then heard of.</param>
internal sealed class DeviceWork(IpTool ip, HostDevices host, NamespaceSockets sockets, Journal journal, Action<string, string> follow)
{
    private readonly NamespaceSysctl _sysctl = new(sockets);

    /// <summary>Makes a bridge right.</summary>
    public async Task EnsureBridgeAsync(Unit unit, string bridge, int mtu, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var thing = new Thing(unit, ThingKind.Bridge, bridge);
        var present = host.Find(bridge);
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
    public async Task EnsureUplinkAsync(Unit unit, string bridge, string uplink, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var present = host.FindWithAddresses(uplink) ?? throw new IOException($"its uplink {uplink} is not there: no such device on this host");
        if (present.Master is { } master && !string.Equals(master, bridge, StringComparison.Ordinal)) throw new IOException($"its uplink {uplink} is in {master} already");
        if (present.Addresses.FirstOrDefault(a => !a.LinkLocal) is { } own)
            throw new IOException($"its uplink {uplink} has the host's address {own.Address}/{own.PrefixLength}, which nobody would reach any more in a bridge");
        string[] lines = [.. HostPlan.RepairUplink(uplink, bridge, present)];
        if (lines.Length == 0) return;
        journal.Record(new Thing(unit, ThingKind.Uplink, uplink));
        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);
    }

    /// <summary>Makes a namespace right in itself, with its settings, and reads what is inside.</summary>
    public async Task<NamespaceState> EnsureNamespaceAsync(
        Unit unit, string name, IEnumerable<NamespaceSetting> settings, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var identity = NamespaceList.IdentityOf(name);
        var isNew = identity is null;
        if (identity is null)
        {
            journal.Record(new Thing(unit, ThingKind.Namespace, name));
            await ip.AddNamespaceAsync(name, cancellationToken);
            changes.Add($"made namespace {name}");
            identity = NamespaceList.IdentityOf(name) ?? throw new IOException($"namespace {name} was taken away as soon as it was made");
        }

        follow(name, identity);
        foreach (var change in _sysctl.Ensure(name, settings))
        {
            if (!isNew) changes.Add(change);
        }

        using var routes = sockets.OpenRoutes(NamespaceList.PathOf(name), out var inode);
        return new NamespaceState(NamespaceList.IdentityOf(inode), LinkReader.Read(routes));
    }

    /// <summary>Makes veths right at both ends.</summary>
    /// <param name="unit">Whose they are.</param>
    /// <param name="name">Namespace of the far ends.</param>
    /// <param name="inside">What that namespace had.</param>
    /// <param name="devices">All that are wanted.</param>
    /// <param name="beforeMaking">Called before any is made: sockets bound to a former device of that name will hear nothing any more.</param>
    /// <param name="changes">Where changes are told.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public async Task EnsureDevicesAsync(
        Unit unit, string name, NamespaceState inside, IReadOnlyList<WantedDevice> devices, Action beforeMaking, ICollection<string> changes,
        CancellationToken cancellationToken)
    {
        var hostEnds = devices.ToDictionary(d => d, d => host.Find(d.HostEnd));
        var missing = devices.Where(d => !IsWhole(d, hostEnds[d], inside)).ToList();
        if (missing.Count > 0) beforeMaking();
        foreach (var device in missing) await CreateAsync(unit, name, inside, device, hostEnds[device], changes, cancellationToken);

        var lines = new List<string>();
        foreach (var device in devices)
        {
            var present = missing.Contains(device) ? null : hostEnds[device];
            if (HostIsolation.Apply(device.HostEnd) && present is not null) changes.Add($"isolated the host from {device.HostEnd}");
            lines.AddRange(HostPlan.RepairHostEnd(device, present));
            if (missing.Contains(device)) lines.Add(HostPlan.Enter(device, name));
        }

        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);

        var known = inside.Links with
        {
            Devices = inside.Links.Devices.Where(d => !missing.Exists(m => string.Equals(m.Name, d.Key, StringComparison.Ordinal))).ToFrozenDictionary(StringComparer.Ordinal),
        };
        await RunAsync(name, NamespacePlan.Lines(known, devices), changes, cancellationToken);
    }

    // Both ends are there, and they are the ends of one veth.
    private static bool IsWhole(WantedDevice device, Device? hostEnd, NamespaceState inside) =>
        hostEnd is not null && inside.Links.Devices.TryGetValue(device.Name, out var far) && device.Mac.Equals(far.Mac) && hostEnd.Peer == far.Index && far.Peer == hostEnd.Index;

    private async Task CreateAsync(
        Unit unit, string name, NamespaceState inside, WantedDevice device, Device? hostEnd, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var thing = new Thing(unit, ThingKind.Link, device.HostEnd);
        var ours = journal.Has(thing);
        string[] leftInHost = [.. new[] { device.HostEnd, device.Name }.Where(host.Has)];
        if (leftInHost.Length > 0 && !ours) throw new IOException($"{leftInHost[0]} exists on this host and was not made by us");

        // Half a veth is of no use: taking either end away takes both. The far end of another one, or of one whose end here was renamed, is left then.
        foreach (var left in leftInHost) await ip.DeleteLinkAsync(left, cancellationToken);
        if (inside.Links.Devices.TryGetValue(device.Name, out var far) && far.Peer != hostEnd?.Index)
            await RunAsync(name, [HostPlan.Delete(device.Name)], changes, cancellationToken);

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
