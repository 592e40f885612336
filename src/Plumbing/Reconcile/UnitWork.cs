using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Haproxy;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Brings one network or router to what is wanted, or takes it away. Never called for one unit twice at a time.</summary>
internal sealed class UnitWork(
    string stateDirectory, IpTool ip, HostDevices host, Journal journal, DeviceWork devices, PortWork ports, DaemonKeeper daemons, RouterTable table, LeaseWork leases)
{
    private const string DhcpDirectory = "dhcp";
    private const string AdvertisementDirectory = "ra";

    /// <summary>Brings a network to what is wanted.</summary>
    /// <param name="network">The network.</param>
    /// <param name="guests">Guests' ports on it that may be plugged in.</param>
    /// <param name="changes">Where changes are told.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public async Task SyncAsync(WantedNetwork network, IReadOnlyList<WantedPort> guests, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var unit = new Unit(UnitKind.Network, network.Id);
        var name = DeviceNames.DhcpNamespace(network.Id);
        var bridge = DeviceNames.Bridge(network.Id);
        var device = network.Dhcp is { } wanted ? WantedDevice.Of(network, wanted) : null;
        var dnsmasq = network.Dhcp is not null && network.Dhcp.Subnets.Any(s => s.HasRange) ? DaemonOf(unit, $"{DhcpDirectory}/{network.Id}") : (Thing?)null;
        var haproxy = network is { Dhcp: not null, Proxy: not null } ? DaemonOf(unit, HaproxyDaemon.NameOf(network.Id)) : (Thing?)null;
        await RemoveOthersAsync(unit,
        [
            (ThingKind.Bridge, bridge), .. network.Uplink is { } uplink ? [(ThingKind.Uplink, uplink)] : Array.Empty<(ThingKind, string)>(),
            .. device is null ? Array.Empty<(ThingKind, string)>() : [(ThingKind.Namespace, name), (ThingKind.Link, device.HostEnd)],
            .. Names(dnsmasq), .. Names(haproxy),
        ], changes, cancellationToken);

        await devices.EnsureBridgeAsync(unit, bridge, network.Mtu, changes, cancellationToken);
        if (network.Uplink is not null) await devices.EnsureUplinkAsync(unit, bridge, network.Uplink, changes, cancellationToken);
        await ports.PlugAsync(guests, bridge, network.Mtu, changes, cancellationToken);
        if (network.Dhcp is not { } dhcp || device is null) return;

        var settings = NamespaceSettings.Dhcp.Concat(NamespaceSettings.DhcpDevice(device.Name));
        var inside = await devices.EnsureNamespaceAsync(unit, name, settings, changes, cancellationToken);
        await devices.EnsureDevicesAsync(
            unit, name, inside, [device], beforeMaking: () => HaproxyDaemon.ForgetConfig(stateDirectory, network.Id), changes, cancellationToken);
        try
        {
            if (dnsmasq is { } daemon) await EnsureAsync(daemon, DhcpDaemon(network, dhcp, device, name), inside, changes, cancellationToken);
        }
        finally
        {
            // Neither waits for the other: a guest with an address from before needs no DHCP to ask for metadata.
            if (haproxy is { } daemon)
                await EnsureAsync(daemon, HaproxyDaemon.Work(stateDirectory, name, HaproxyScope.Of(network, dhcp), network.Proxy!), inside, changes, cancellationToken);
        }
    }

    /// <summary>Brings a router to what is wanted.</summary>
    public async Task SyncAsync(WantedRouter router, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var unit = new Unit(UnitKind.Router, router.Id);
        var name = DeviceNames.RouterNamespace(router.Id);
        var legs = router.Interfaces.Select(WantedDevice.Of).ToList();
        if (router.Gateway is { } gateway) legs.Add(WantedDevice.Of(gateway));
        var dnsmasq = RouterAdvertisements.Wanted(router) ? DaemonOf(unit, $"{AdvertisementDirectory}/{router.Id}") : (Thing?)null;
        var haproxy = router is { MetadataProxy: true, Proxy: not null } ? DaemonOf(unit, HaproxyDaemon.NameOf(router.Id)) : (Thing?)null;
        await RemoveOthersAsync(unit,
        [
            (ThingKind.Namespace, name), (ThingKind.Table, name), .. legs.Select(l => (ThingKind.Link, l.HostEnd)), .. Names(dnsmasq), .. Names(haproxy),
        ], changes, cancellationToken);

        var settings = NamespaceSettings.Router.Concat(legs.SelectMany(l => NamespaceSettings.RouterDevice(l.Name)));
        var inside = await devices.EnsureNamespaceAsync(unit, name, settings, changes, cancellationToken);

        // Rules before devices: there is no moment in which the listener's port is open to all.
        journal.Record(new Thing(unit, ThingKind.Table, name));
        if (await table.EnsureAsync(router, inside.Identity, cancellationToken)) changes.Add($"{name}: replaced table {RouterRuleset.Table}");
        await devices.EnsureDevicesAsync(unit, name, inside, legs, beforeMaking: () => { }, changes, cancellationToken);
        try
        {
            if (dnsmasq is { } daemon) await EnsureAsync(daemon, AdvertisementDaemon(router, name), inside, changes, cancellationToken);
        }
        finally
        {
            if (haproxy is { } daemon)
                await EnsureAsync(daemon, HaproxyDaemon.Work(stateDirectory, name, HaproxyScope.Of(router), router.Proxy!), inside, changes, cancellationToken);
        }
    }

    /// <summary>Takes everything of a unit away that the journal has.</summary>
    public Task RemoveAsync(Unit unit, ICollection<string> changes, CancellationToken cancellationToken) =>
        RemoveOthersAsync(unit, [], changes, cancellationToken);

    private static Thing DaemonOf(Unit unit, string name) => new(unit, ThingKind.Daemon, name);

    private static IEnumerable<(ThingKind, string)> Names(Thing? thing) => thing is { } t ? [(t.Kind, t.Name)] : [];

    private DaemonHome HomeOf(Thing daemon) => HaproxyDaemon.HomeOf(stateDirectory, daemon.Name) ?? DaemonHome.Dnsmasq(Path.Combine(stateDirectory, daemon.Name));

    private Task EnsureAsync(Thing daemon, DaemonWork work, NamespaceState inside, ICollection<string> changes, CancellationToken cancellationToken)
    {
        journal.Record(daemon);
        return daemons.EnsureAsync(daemon, work, inside.Identity, changes, cancellationToken);
    }

    private DaemonWork AdvertisementDaemon(WantedRouter router, string name)
    {
        var directory = Path.Combine(stateDirectory, AdvertisementDirectory, router.Id);
        var spec = new DaemonSpec(DaemonHome.Dnsmasq(directory), name, RouterAdvertisements.Render(directory, router));
        return new DaemonWork(spec, WriteFiles: null, MustRestart: null, () => { });
    }

    private DaemonWork DhcpDaemon(WantedNetwork network, WantedDhcp dhcp, WantedDevice device, string name)
    {
        var directory = Path.Combine(stateDirectory, DhcpDirectory, network.Id);
        var hostFile = Path.Combine(directory, "host");
        var leaseFile = Path.Combine(directory, "leases");
        var formerHost = StateFiles.Read(hostFile);
        return new DaemonWork(
            new DaemonSpec(DaemonHome.Dnsmasq(directory), name, DnsmasqCommandLine.Render(directory, network, dhcp)),
            WriteFiles,
            MustRestartAsync,
            () => StateFiles.Replace(leaseFile, LeaseFile.Render(dhcp, StateFiles.Read(leaseFile), formerHost)));

        async Task<bool> MustRestartAsync(CancellationToken cancellationToken)
        {
            // One without a file would forget its leases at its next start.
            if (!File.Exists(leaseFile)) return true;
            var stale = LeaseFile.StaleAddresses(dhcp, StateFiles.Read(leaseFile), formerHost);
            return stale.Count > 0 && !await leases.ReleaseAsync(name, device.Name, dhcp.Addresses, leaseFile, stale, cancellationToken);
        }

        bool WriteFiles()
        {
            var files = DnsmasqFiles.Render(dhcp);
            var changed = StateFiles.Replace(Path.Combine(directory, "interface"), device.Name);
            changed |= StateFiles.Replace(hostFile, files.Host);
            changed |= StateFiles.Replace(Path.Combine(directory, "addn_hosts"), files.AddnHosts);
            return changed | StateFiles.Replace(Path.Combine(directory, "opts"), files.Opts);
        }
    }

    private async Task RemoveOthersAsync(
        Unit unit, IReadOnlyCollection<(ThingKind Kind, string Name)> wanted, ICollection<string> changes, CancellationToken cancellationToken)
    {
        foreach (var thing in journal.Of(unit).Where(t => !wanted.Contains((t.Kind, t.Name))))
        {
            if (await RemoveAsync(thing, cancellationToken)) changes.Add($"removed {thing.Kind.ToString().ToLowerInvariant()} {thing.Name}");
            journal.Forget(thing);
        }
    }

    private async Task<bool> RemoveAsync(Thing thing, CancellationToken cancellationToken)
    {
        switch (thing.Kind)
        {
            case ThingKind.Daemon:
                await daemons.RemoveAsync(thing, HomeOf(thing), cancellationToken);
                return true;
            case ThingKind.Table:
                // Our own namespace takes it along.
                if (NamespaceList.IdentityOf(thing.Name) is not null && !journal.Has(thing with { Kind = ThingKind.Namespace }))
                    await table.RemoveAsync(thing.Name, cancellationToken);
                table.Forget(thing.Owner.Id);
                return false;
            case ThingKind.Namespace:
                if (!File.Exists(NamespaceList.PathOf(thing.Name))) return false;
                await ip.DeleteNamespaceAsync(thing.Name, cancellationToken);
                return true;
            case ThingKind.Uplink:
                if (!string.Equals(host.Find(thing.Name)?.Master, DeviceNames.Bridge(thing.Owner.Id), StringComparison.Ordinal)) return false;
                await ip.RunAsync(networkNamespace: null, [HostPlan.Unplug(thing.Name)], cancellationToken);
                return true;
            default:
                if (!host.Has(thing.Name)) return false;
                await ip.DeleteLinkAsync(thing.Name, cancellationToken);
                return true;
        }
    }
}
