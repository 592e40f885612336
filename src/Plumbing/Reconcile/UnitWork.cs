using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Haproxy;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Brings one network or router to what is wanted, or takes it away. Never called for one unit twice at a time.</summary>
internal sealed class UnitWork(
    string stateDirectory, Hand hand, IpTool ip, HostDevices host, Journal journal, DeviceWork devices, PortWork ports, DaemonKeeper daemons, RouterTable table, LeaseWork leases, TimeProvider time)
{
    private const string DhcpDirectory = "dhcp";
    private const string AdvertisementDirectory = "ra";
    private readonly SettledFiles _settled = new(time);

    /// <summary>Brings a network to what is wanted.</summary>
    /// <param name="network">The network.</param>
    /// <param name="guests">Guests' ports on it that may be plugged in.</param>
    /// <param name="routers">Routers that stand on it.</param>
    /// <param name="changes">Where changes are told.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public async Task SyncAsync(WantedNetwork network, IReadOnlyList<WantedPort> guests, IEnumerable<WantedRouter> routers, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var site = WantedSite.Of(network) with { BeforeMaking = () => HaproxyDaemon.ForgetConfig(hand, stateDirectory, network.Id) };
        var bridge = DeviceNames.Bridge(network.Id);
        var dnsmasq = network.Dhcp is not null && network.Dhcp.Subnets.Any(s => s.HasRange) ? DaemonOf(site.Unit, $"{DhcpDirectory}/{network.Id}") : (Thing?)null;
        var haproxy = network is { Dhcp: not null, Proxy: not null } ? DaemonOf(site.Unit, HaproxyDaemon.NameOf(network.Id)) : (Thing?)null;
        await RemoveOthersAsync(
            site.Unit,
            [.. site.Things(), .. network.Uplink is { } uplink ? [(ThingKind.Uplink, uplink)] : Array.Empty<(ThingKind, string)>(), .. Names(dnsmasq), .. Names(haproxy)],
            changes, cancellationToken);

        var identity = await devices.EnsureAsync(site, changes, cancellationToken);

        // None waits for another: a guest with an address from before needs no DHCP to ask for metadata, nor any of it a way outside.
        var attempts = new Attempts();
        await attempts.TryAsync(PlugAsync);
        if (dnsmasq is { } dhcp)
            await attempts.TryAsync(() => EnsureDhcpAsync(dhcp, network, site, identity, changes, cancellationToken));
        if (haproxy is { } proxy)
            await attempts.TryAsync(() => EnsureAsync(proxy, HaproxyWork(site.Namespace!, HaproxyScope.Of(network, network.Dhcp!), network.Proxy!), identity, changes, cancellationToken));
        if (network.Uplink is { } device) await attempts.TryAsync(() => devices.EnsureUplinkAsync(site.Unit, bridge, device, changes, cancellationToken));
        attempts.ThrowIfAny();

        // A guest that was out may have learned a MAC that was put right before it was back.
        async Task PlugAsync()
        {
            if (!await ports.PlugAsync(guests, bridge, network.Mtu, changes, cancellationToken)) return;
            foreach (var here in routers.Select(WantedSite.Of).Prepend(site)) await devices.AnnounceAsync(here, bridge, changes, cancellationToken);
        }
    }

    /// <summary>Brings a router to what is wanted.</summary>
    public async Task SyncAsync(WantedRouter router, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var site = WantedSite.Of(router);
        var name = site.Namespace!;
        var dnsmasq = RouterAdvertisements.Wanted(router) ? DaemonOf(site.Unit, $"{AdvertisementDirectory}/{router.Id}") : (Thing?)null;
        var haproxy = router is { MetadataProxy: true, Proxy: not null } ? DaemonOf(site.Unit, HaproxyDaemon.NameOf(router.Id)) : (Thing?)null;
        await RemoveOthersAsync(site.Unit, [.. site.Things(), (ThingKind.Table, name), .. Names(dnsmasq), .. Names(haproxy)], changes, cancellationToken);

        // Rules before devices: there is no moment in which the listener's port is open to all.
        var identity = await devices.EnsureAsync(site with { BeforeEntering = RulesAsync }, changes, cancellationToken);
        var attempts = new Attempts();
        if (dnsmasq is { } advertisements) await attempts.TryAsync(() => EnsureAsync(advertisements, AdvertisementDaemon(router, name), identity, changes, cancellationToken));
        if (haproxy is { } proxy) await attempts.TryAsync(() => EnsureAsync(proxy, HaproxyWork(name, HaproxyScope.Of(router), router.Proxy!), identity, changes, cancellationToken));
        attempts.ThrowIfAny();

        async Task RulesAsync(string? namespaceIdentity)
        {
            journal.Record(new Thing(site.Unit, ThingKind.Table, name));
            if (await table.EnsureAsync(router, namespaceIdentity, cancellationToken)) changes.Add($"{name}: replace table {RouterRuleset.Table}");
        }
    }

    /// <summary>Takes everything of a unit away that the journal has.</summary>
    public Task RemoveAsync(Unit unit, ICollection<string> changes, CancellationToken cancellationToken) =>
        RemoveOthersAsync(unit, [], changes, cancellationToken);

    private static Thing DaemonOf(Unit unit, string name) => new(unit, ThingKind.Daemon, name);

    private static IEnumerable<(ThingKind, string)> Names(Thing? thing) => thing is { } t ? [(t.Kind, t.Name)] : [];

    private DaemonHome HomeOf(Thing daemon) => HaproxyDaemon.HomeOf(stateDirectory, daemon.Name) ?? DaemonHome.Dnsmasq(Path.Combine(stateDirectory, daemon.Name));

    private Task EnsureAsync(Thing daemon, DaemonWork work, string? namespaceIdentity, ICollection<string> changes, CancellationToken cancellationToken)
    {
        journal.Record(daemon);
        return daemons.EnsureAsync(daemon, work, namespaceIdentity, changes, cancellationToken);
    }

    private DaemonWork HaproxyWork(string name, HaproxyScope scope, WantedProxy proxy) => HaproxyDaemon.Work(hand, stateDirectory, name, scope, proxy);

    private DaemonWork AdvertisementDaemon(WantedRouter router, string name)
    {
        var directory = Path.Combine(stateDirectory, AdvertisementDirectory, router.Id);
        var spec = new DaemonSpec(DaemonHome.Dnsmasq(directory), name, RouterAdvertisements.Render(directory, router));
        return new DaemonWork(spec, FilesToWrite: null, MustRestart: null, () => { });
    }

    // A network of thousands of ports has as many lines in each of three files: they are gone through when something about them is new.
    private async Task EnsureDhcpAsync(Thing dnsmasq, WantedNetwork network, WantedSite site, string? identity, ICollection<string> changes, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(stateDirectory, DhcpDirectory, network.Id);
        var seen = _settled.LookAt(network, ["interface", "host", "addn_hosts", "opts", "leases"], directory);
        await EnsureAsync(dnsmasq, DhcpDaemon(directory, seen.IsSettled, network, network.Dhcp!, site, changes), identity, changes, cancellationToken);
        _settled.Note(seen);
    }

    private DaemonWork DhcpDaemon(string directory, bool isSettled, WantedNetwork network, WantedDhcp dhcp, WantedSite site, ICollection<string> changes)
    {
        var hostFile = Path.Combine(directory, "host");
        var leaseFile = Path.Combine(directory, "leases");

        // As it was before it is written; what is settled is not written, and read where it is needed.
        var formerHost = isSettled ? null : StateFiles.Read(hostFile);
        return new DaemonWork(
            new DaemonSpec(DaemonHome.Dnsmasq(directory), site.Namespace!, DnsmasqCommandLine.Render(directory, network, dhcp)),
            isSettled ? () => [] : FilesToWrite,
            isSettled ? null : MustRestartAsync,
            () => hand.Replace(leaseFile, LeaseFile.Render(dhcp, StateFiles.Read(leaseFile), formerHost ?? StateFiles.Read(hostFile))));

        async Task<bool> MustRestartAsync(CancellationToken cancellationToken)
        {
            // One without a file would forget its leases at its next start.
            if (SmallFile.TryRead(leaseFile) is not { } leased) return true;
            var stale = LeaseFile.StaleAddresses(dhcp, leased, formerHost!);
            if (stale.Count == 0) return false;
            changes.Add($"release {string.Join(", ", stale.Order(StringComparer.Ordinal))}");
            return !hand.Shows && !await leases.ReleaseAsync(site.Namespace!, site.Devices[0].Name, dhcp.Addresses, leaseFile, stale, cancellationToken);
        }

        IReadOnlyList<StateFile> FilesToWrite()
        {
            var files = DnsmasqFiles.Render(dhcp);
            return [.. ToWrite("interface", site.Devices[0].Name), .. ToWrite("host", files.Host), .. ToWrite("addn_hosts", files.AddnHosts), .. ToWrite("opts", files.Opts)];
        }

        // One of them was read a moment ago; if it is empty it may not be there.
        IEnumerable<StateFile> ToWrite(string name, string text)
        {
            var path = Path.Combine(directory, name);
            var isAsWanted = path == hostFile && formerHost!.Length > 0 ? formerHost == text : StateFiles.Holds(path, text);
            return isAsWanted ? [] : [new StateFile(path, text)];
        }
    }

    private async Task RemoveOthersAsync(
        Unit unit, IReadOnlyCollection<(ThingKind Kind, string Name)> wanted, ICollection<string> changes, CancellationToken cancellationToken)
    {
        foreach (var thing in journal.Of(unit).Where(t => !wanted.Contains((t.Kind, t.Name))))
        {
            if (await RemoveAsync(thing, cancellationToken)) changes.Add($"remove {thing.Kind.ToString().ToLowerInvariant()} {thing.Name}");
            journal.Forget(thing);
        }
    }

    private async Task<bool> RemoveAsync(Thing thing, CancellationToken cancellationToken)
    {
        switch (thing.Kind)
        {
            case ThingKind.Daemon:
                _settled.Forget(Path.Combine(stateDirectory, thing.Name));
                await daemons.RemoveAsync(thing, HomeOf(thing), cancellationToken);
                return true;
            case ThingKind.Table:
                // Our own namespace takes it along.
                if (NamespaceList.IdentityOf(thing.Name) is not null && !journal.Has(thing with { Kind = ThingKind.Namespace }))
                    await table.RemoveAsync(thing.Name, cancellationToken);
                table.Forget(thing.Owner.Id);
                return false;
            case ThingKind.Namespace:
                devices.Forget(thing.Name);
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
