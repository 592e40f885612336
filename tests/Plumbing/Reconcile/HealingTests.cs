using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>What someone breaks by hand is mended as soon as the kernel tells of it.</summary>
public sealed class HealingTests(KeptSite kept) : IClassFixture<KeptSite>
{
    /// <summary>Breaks of a network with a router and a guest: each a command; {…} are names of that network.</summary>
    public static TheoryData<string> Breaks => new(
        "ip -n {dhcp} addr del 10.0.0.65/26 dev {ns}",
        "ip -n {dhcp} addr del 169.254.169.254/32 dev {ns}",
        "ip -n {dhcp} -6 addr del fd00:b::2/64 dev {ns}",
        "ip -n {dhcp} addr add 10.9.9.9/24 dev {ns}",
        "ip -n {dhcp} addr change 10.0.0.65/26 dev {ns} valid_lft 90 preferred_lft 90",
        "ip -n {dhcp} -6 addr change fd00:b::2/64 dev {ns} valid_lft 90 preferred_lft 90",
        "ip -n {dhcp} addr flush dev {ns}",
        "ip -n {dhcp} route del default",
        "ip -n {dhcp} route del 10.0.0.64/26 dev {ns}",
        "ip -n {dhcp} route del fe80::/64 dev {ns}",
        "ip -n {router} route del 10.0.0.64/26 dev {qr}",
        "ip -n {router} route del fd00:b::/64 dev {qr}",
        "ip -n {dhcp} link set {ns} address 02:00:00:00:00:01",
        "ip -n {dhcp} link set {ns} down",
        "ip -n {dhcp} link set lo down",
        "ip -n {dhcp} link del {ns}",
        "ip -n {dhcp} link set {ns} down name other",
        "ip link set {tap} nomaster",
        "ip link set {tap} down",
        "ip link del {tap}",
        "ip link set {bridge} down",
        "ip link set {bridge} mtu 1280",
        "ip link del {bridge}",
        "ip link set {guest} nomaster",
        "ip link set {guest} down",
        "ip netns del {dhcp}",
        "ip netns del {router}",
        "ip -n {router} link del {qr}",
        "ip -n {router} addr flush dev {qr}",
        "nsenter --net=/run/netns/{router} -- nft flush ruleset",
        "nsenter --net=/run/netns/{router} -- nft flush table inet firstlight",
        "nsenter --net=/run/netns/{router} -- nft delete table inet firstlight",
        "nsenter --net=/run/netns/{router} -- nft add rule inet firstlight metadata_input drop",
        "nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv4.ip_forward=0",
        "nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv6.conf.all.forwarding=0",
        "nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv4.conf.{qr}.forwarding=0",
        "nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        "nsenter --net=/run/netns/{dhcp} -- sysctl -qw net.ipv6.conf.{ns}.disable_ipv6=1",
        "nft flush table bridge {guard}",
        "nft delete table bridge {guard}");

    /// <summary>Breaks the kernel tells nobody of: found by the next look.</summary>
    public static TheoryData<string> SilentBreaks => new(
        "ip -n {router} neigh del proxy fe80::a9fe:a9fe dev {qr}",
        "nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv4.conf.all.arp_ignore=0",
        "sysctl -qw net.ipv4.conf.{bridge}.arp_ignore=0",
        "umount -l /run/netns/{dhcp}",
        "rm {state}/plumbing/journal",
        "rm {state}/dhcp/{network}/host {state}/dhcp/{network}/pid",
        "rm -r {state}/dhcp/{network}");

    [Theory]
    [MemberData(nameof(Breaks))]
    [MemberData(nameof(SilentBreaks))]
    public async Task A_break_is_mended_and_nothing_else_is_touched(string command)
    {
        await using var keeping = kept.Site.Host.Keep(kept.Site.Wanted);
        await keeping.SettledAsync();
        Assert.Equal(kept.Picture, await kept.Site.PictureAsync());

        await kept.Site.RunAsync(command);

        await Host.EventuallyAsync("the network as it was", async () => await kept.Site.PictureAsync() == kept.Picture ? "yes" : null);
        Assert.Equal(kept.BystanderPid, await kept.Site.BystanderPidAsync());
        lock (keeping.Repairs) Assert.DoesNotContain(keeping.Repairs, r => r.Unit.Id == kept.Site.Bystander.Id);
        Assert.Empty(kept.Site.Host.Plumber.Describe().Failing);
    }

    [Fact]
    public async Task A_host_where_nothing_happens_is_looked_at_a_few_times_only_and_runs_no_program()
    {
        await using var site = await Site.BuildAsync();
        var generation = Assert.NotNull(NftGeneration.Read());
        await using var keeping = site.Host.Keep(site.Wanted);
        await keeping.SettledAsync();
        await Host.EventuallyAsync("a sweep", () => Task.FromResult(keeping.Looks >= 12 ? "yes" : null));

        lock (keeping.Repairs) Assert.Empty(keeping.Repairs);

        // Rules that others of this host change in the meantime are read again: once for each change, and never without one.
        var changesOfOthers = unchecked(Assert.NotNull(NftGeneration.Read()) - generation);
        Assert.InRange(site.Host.Plumber.ProgramsStarted - site.ProgramsAfterBuilding, 0, changesOfOthers);
    }

    [Fact]
    public async Task A_daemon_that_keeps_ending_is_given_pauses_and_told_of_while_the_rest_is_still_mended()
    {
        await using var site = await Site.BuildAsync();
        await using var keeping = site.Host.Keep(site.Wanted);
        await keeping.SettledAsync();
        var unit = new Unit(UnitKind.Network, site.Network.Id);

        // Each new one is ended at once, until it is no longer started right away.
        var failing = await Host.EventuallyAsync("a pause", async () =>
        {
            if (site.Host.Plumber.Describe().Failing is [var known]) return known;
            if (await site.PidAsync(site.Network) is { } pid) await site.Host.TryAsync("kill", "-KILL", pid);
            return null;
        });

        Assert.Equal(unit, failing.Unit);
        Assert.Contains("in a row", failing.Reason, StringComparison.Ordinal);
        await site.RunAsync("ip -n {dhcp} addr del 10.0.0.65/26 dev {ns}");
        await Host.EventuallyAsync("the address", async () => (await site.Host.RunAsync("ip", "-n", site.Name("{dhcp}"), "addr")).Contains("10.0.0.65", StringComparison.Ordinal) ? "yes" : null);
        await Host.EventuallyAsync("dnsmasq", async () => await site.PidAsync(site.Network));
        await Host.EventuallyAsync("all in order", () => Task.FromResult(site.Host.Plumber.Describe().Failing.IsEmpty ? "yes" : null));
    }

    [Fact]
    public async Task What_fails_is_tried_again_by_itself_and_holds_nobody_up()
    {
        await using var host = new Host();
        var (bad, good) = (Wanted.Network(), Wanted.Network());
        var foreign = DeviceNames.HostEnd(bad.Dhcp!.PortId);
        await host.RunAsync("ip", "link", "add", foreign, "type", "bridge");
        try
        {
            await using var keeping = host.Keep(new WantedHost([bad, good], []));
            var failing = await Host.EventuallyAsync("three attempts", () => Task.FromResult(host.Plumber.Describe().Failing.FirstOrDefault(f => f.Attempts >= 3)));
            Assert.Equal(bad.Id, failing.Unit.Id);
            Assert.Equal(1, host.Plumber.Describe().InOrder);

            await host.RunAsync("ip", "link", "del", foreign);
            await Host.EventuallyAsync("all in order", () => Task.FromResult(host.Plumber.Describe().Failing.IsEmpty ? "yes" : null));
        }
        finally
        {
            await host.TryAsync("ip", "link", "del", foreign);
        }
    }

    [Fact]
    public async Task A_changed_wish_is_brought_about_while_the_host_is_kept()
    {
        await using var host = new Host();
        var (stays, goes, comes) = (Wanted.Network(), Wanted.Network(), Wanted.Network());
        await using var keeping = host.Keep(new WantedHost([stays, goes], []));
        await keeping.SettledAsync();
        int looks;
        lock (keeping.Repairs) looks = keeping.Repairs.Count(r => r.Unit.Id == stays.Id);

        host.Plumber.Want(new WantedHost([stays, comes], []));
        await keeping.SettledAsync();

        Assert.False(File.Exists($"/run/netns/{DeviceNames.DhcpNamespace(goes.Id)}"));
        Assert.True(File.Exists($"/run/netns/{DeviceNames.DhcpNamespace(comes.Id)}"));
        lock (keeping.Repairs) Assert.Equal(looks, keeping.Repairs.Count(r => r.Unit.Id == stays.Id));
    }
}
