using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Makes what a unit has in the kernel, or what it lacks. What is as wanted costs no program; making all of it takes three.</summary>
/// <param name="hand">Changes things.</param>
/// <param name="ip">Changes devices.</param>
/// <param name="host">Reads those of the host.</param>
/// <param name="sockets">Reads those of namespaces.</param>
/// <param name="journal">What is ours.</param>
/// <param name="time">Clock.</param>
/// <param name="follow">Told of each namespace, by name and kernel identity, before it is looked into: what changes after the look is then heard of.</param>
internal sealed class DeviceWork(Hand hand, IpTool ip, HostDevices host, NamespaceSockets sockets, Journal journal, TimeProvider time, Action<string, string> follow) : IDisposable
{
    // The kernel lets a bridge hear a port within milliseconds of its coming up; who gives a bridge a spanning tree waits half a minute, and is not waited for.
    private const int LooksForRunning = 200;
    private static readonly TimeSpan LookForRunning = TimeSpan.FromMilliseconds(5);
    private readonly NamespaceSysctl _sysctl = new(sockets, hand);

    /// <summary>Makes all of it right.</summary>
    /// <returns>Kernel identity of the namespace; null where there is none.</returns>
    /// <exception cref="IOException">Something of the host has one of the names and is not ours.</exception>
    public async Task<string?> EnsureAsync(WantedSite site, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var found = Look(site, changes);
        await MakeAsync(site, found, changes, cancellationToken);
        var identity = site.Namespace is null ? null : found.Identity ?? NamespaceList.IdentityOf(site.Namespace);
        if (found.Identity is null && identity is not null) Enter(site, identity, changes: []).Dispose();
        if (site.Namespace is not null) await site.BeforeEntering(identity);
        await FinishAsync(site, found, changes, cancellationToken);
        return identity;
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

    /// <summary>Tells who hears it on a bridge where the addresses of a site's devices on that bridge are.</summary>
    public async Task AnnounceAsync(WantedSite site, string bridge, ICollection<string> changes, CancellationToken cancellationToken)
    {
        if (site.Namespace is not { } name || NamespaceList.IdentityOf(name) is null) return;
        string[] lines = [.. site.Devices.Where(d => string.Equals(d.Bridge, bridge, StringComparison.Ordinal)).Select(NamespacePlan.Announce)];
        try
        {
            await RunAsync(name, lines, changes, cancellationToken);
        }
        catch (ProcessFailedException)
        {
            // One that is just being made is told of when its addresses come.
        }
    }

    /// <summary>Lets go of a namespace that is gone.</summary>
    public void Forget(string networkNamespace) => _sysctl.Forget(networkNamespace);

    /// <inheritdoc/>
    public void Dispose() => _sysctl.Dispose();

    private Found Look(WantedSite site, ICollection<string> changes)
    {
        var bridge = site.Bridge is { } wanted ? host.Find(wanted.Name) : null;
        var identity = site.Namespace is { } name ? NamespaceList.IdentityOf(name) : null;
        var inside = LinkDump.Nothing;
        if (identity is not null)
        {
            using var routes = Enter(site, identity, changes);
            inside = LinkReader.Read(routes);
        }

        var hostEnds = site.Devices.ToDictionary(d => d.HostEnd, d => host.Find(d.HostEnd), StringComparer.Ordinal);
        return new Found(bridge, identity, inside, hostEnds, [.. site.Devices.Where(d => !IsWhole(d, hostEnds[d.HostEnd], inside))]);
    }

    // Both ends are there, and they are the ends of one veth.
    private static bool IsWhole(WantedDevice device, Device? hostEnd, LinkDump inside) =>
        hostEnd is not null && inside.Devices.TryGetValue(device.Name, out var far) && hostEnd.Peer == far.Index && far.Peer == hostEnd.Index;

    // Followed first: what changes after this is heard of.
    private NetlinkSocket Enter(WantedSite site, string identity, ICollection<string> changes)
    {
        follow(site.Namespace!, identity);
        return _sysctl.Enter(site.Namespace!, identity, site.Settings, changes);
    }

    // Everything that is missing, still down and outside. It is in the journal, all at once, before any of it is made.
    private async Task MakeAsync(WantedSite site, Found found, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var things = new List<Thing>();
        if (site.Bridge is { } bridge && found.Bridge is null)
        {
            things.Add(new Thing(site.Unit, ThingKind.Bridge, bridge.Name));
            lines.AddRange(HostPlan.CreateBridge(bridge.Name, bridge.Mtu));
        }

        if (site.Namespace is { } name && found.Identity is null)
        {
            things.Add(new Thing(site.Unit, ThingKind.Namespace, name));

            // A file that a crash inside 'ip netns add' left.
            if (File.Exists(NamespaceList.PathOf(name))) await ip.DeleteNamespaceAsync(name, cancellationToken);
            lines.Add(HostPlan.CreateNamespace(name));
        }

        if (found.Missing.Count > 0) site.BeforeMaking();
        foreach (var device in found.Missing)
        {
            await ClearAsync(site, found, device, changes, cancellationToken);
            things.Add(new Thing(site.Unit, ThingKind.Link, device.HostEnd));
            lines.AddRange(HostPlan.CreateVeth(device));
        }

        journal.Record([.. things]);
        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);
    }

    private async Task ClearAsync(WantedSite site, Found found, WantedDevice device, ICollection<string> changes, CancellationToken cancellationToken)
    {
        string[] left = [.. new[] { device.HostEnd, device.Name }.Where(host.Has)];
        if (left.Length > 0 && !journal.Has(new Thing(site.Unit, ThingKind.Link, device.HostEnd))) throw new IOException($"{left[0]} exists on this host and was not made by us");

        // Half a veth is of no use: taking either end away takes both. The far end of another one, or of one whose end here was renamed, is left then.
        foreach (var end in left) await ip.DeleteLinkAsync(end, cancellationToken);
        if (found.Inside.Devices.TryGetValue(device.Name, out var far) && far.Peer != found.HostEnds[device.HostEnd]?.Index)
            await RunAsync(site.Namespace, [HostPlan.Delete(device.Name)], changes, cancellationToken);
    }

    private async Task FinishAsync(WantedSite site, Found found, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        if (site.Bridge is { } bridge && (found.Bridge is null || journal.Has(new Thing(site.Unit, ThingKind.Bridge, bridge.Name))))
        {
            // One that is someone else's (Neutron's own agent, an operator) is put to use as it is.
            if (Isolate(bridge.Name, found.Bridge is not null) && found.Bridge is not null) changes.Add($"isolate the host from {bridge.Name}");
            if (found.Bridge is not { RefusesReserved: true, Up: true } && BridgeLearning.RefuseReserved(hand, bridge.Name) && found.Bridge is not null) changes.Add($"{bridge.Name}: learn no more from reserved groups");
            lines.AddRange(HostPlan.RepairBridge(bridge.Name, bridge.Mtu, found.Bridge));
        }

        foreach (var device in site.Devices)
        {
            var isNew = found.Missing.Contains(device);
            if (Isolate(device.HostEnd, !isNew) && !isNew) changes.Add($"isolate the host from {device.HostEnd}");

            // A packet that never meets hardware never gets its UDP checksum filled in, and DHCP clients that read raw packets drop it.
            // Neutron has iptables fill it in (CHECKSUM), which nft has no word for; without offload the kernel does it. The setting moves with the device.
            if (isNew) hand.DisableTransmitChecksum(device.Name);
            lines.AddRange(HostPlan.RepairHostEnd(device, isNew ? null : found.HostEnds[device.HostEnd]));
            if (isNew) lines.Add(HostPlan.Enter(device, site.Namespace!));
        }

        await RunAsync(networkNamespace: null, lines, changes, cancellationToken);
        if (site.Namespace is null) return;
        var known = found.Missing.Count == 0 ? found.Inside : found.Inside with
        {
            Devices = found.Inside.Devices.ExceptBy(found.Missing.Select(m => m.Name), d => d.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
        };
        await RunAsync(site.Namespace, NamespacePlan.Lines(known, site.Devices), changes, cancellationToken);
        await AnnounceStartedAsync(site, found, changes, cancellationToken);
    }

    // Who sends as soon as a device is up is not heard: the kernel opens the port of the bridge a moment later (linkwatch), and what is sent before is lost.
    // Guests on a bridge that was there before may have learned another MAC; on a new one is nobody yet.
    private async Task AnnounceStartedAsync(WantedSite site, Found found, ICollection<string> changes, CancellationToken cancellationToken)
    {
        if (site.Bridge is not null && found.Bridge is null) return;
        WantedDevice[] started = [.. site.Devices.Where(d => !found.WasHeard(d))];
        foreach (var device in started)
        {
            for (var look = 0; look < LooksForRunning && !hand.Shows && host.Find(device.HostEnd) is { Running: false }; look++) await Task.Delay(LookForRunning, time, cancellationToken);
        }

        await RunAsync(site.Namespace, [.. started.Select(NamespacePlan.Announce)], changes, cancellationToken);
    }

    // What was only to be made is not there to be isolated from.
    private bool Isolate(string device, bool wasThere) => (wasThere || !hand.Shows) && HostIsolation.Apply(hand, device);

    private async Task RunAsync(string? networkNamespace, IReadOnlyCollection<string> lines, ICollection<string> changes, CancellationToken cancellationToken)
    {
        await ip.RunAsync(networkNamespace, lines, cancellationToken);
        foreach (var line in lines) changes.Add(networkNamespace is null ? line : $"{networkNamespace}: {line}");
    }

    private sealed record Found(Device? Bridge, string? Identity, LinkDump Inside, IReadOnlyDictionary<string, Device?> HostEnds, List<WantedDevice> Missing)
    {
        // Whether what a device sent was heard on its bridge.
        public bool WasHeard(WantedDevice device) =>
            HostEnds[device.HostEnd] is { Running: true } end && string.Equals(end.Master, device.Bridge, StringComparison.Ordinal) && !Missing.Contains(device);
    }
}
