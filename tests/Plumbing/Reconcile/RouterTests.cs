using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class RouterTests
{
    [Fact]
    public async Task A_routed_guest_reaches_the_listener_by_both_families_and_its_own_port_stays_shut()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, routed: true);
        var router = Wanted.Router(network, metadataV6: true);
        await host.SyncAsync(new WantedHost([network], [router]));
        using var listener = await Answerer.StartAsync(DeviceNames.RouterNamespace(router.Id), 9697, "by-router");
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        Assert.Contains("via 10.0.0.126", await guest.RunAsync("ip", "route", "get", "169.254.169.254"), StringComparison.Ordinal);

        Assert.Equal("by-router", await guest.RunAsync("curl", "-sS", "--noproxy", "*", "-m", "5", "http://169.254.169.254/"));
        Assert.Equal("by-router", await FetchV6Async(guest));

        // 28: nothing came back at all. A refused connection would be 7.
        Assert.Equal(28, (await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "1", "http://10.0.0.126:9697/")).ExitCode);
        Assert.Equal(28, (await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "1", "http://[fe80::a9fe:a9fe%25eth0]:9697/")).ExitCode);
    }

    [Fact]
    public async Task A_second_turn_changes_nothing_and_a_flushed_table_comes_back()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        var router = Wanted.Router(network);
        var wanted = new WantedHost([network], [router]);
        await host.SyncAsync(wanted);
        var inside = $"--net=/run/netns/{DeviceNames.RouterNamespace(router.Id)}";
        var rules = await host.RunAsync("nsenter", inside, "--", "nft", "list", "ruleset");
        Assert.Contains("redirect to :9697", rules, StringComparison.Ordinal);
        var before = host.Plumber.ProgramsStarted;

        Assert.False((await host.SyncAsync(wanted)).Changed);
        Assert.Equal(0, host.Plumber.ProgramsStarted - before);

        await host.RunAsync("nsenter", inside, "--", "nft", "flush", "table", "inet", "firstlight");
        Assert.True((await host.SyncAsync(wanted)).Changed);
        Assert.Equal(rules, await host.RunAsync("nsenter", inside, "--", "nft", "list", "ruleset"));

        await host.RunAsync("nsenter", inside, "--", "nft", "flush", "ruleset");
        Assert.True((await host.SyncAsync(wanted)).Changed);
        Assert.Equal(rules, await host.RunAsync("nsenter", inside, "--", "nft", "list", "ruleset"));
    }

    [Fact]
    public async Task Two_networks_of_a_router_reach_each_other()
    {
        await using var host = new Host();
        var (left, right) = (Wanted.Network(), Other(Wanted.Network()));
        var router = Wanted.Router(left);
        router = router with { Interfaces = router.Interfaces.Add(Other(Wanted.Router(right).Interfaces[0])) };
        await host.SyncAsync(new WantedHost([left, right], [router]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(left.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        var peer = await host.AddGuestAsync(DeviceNames.Bridge(right.Id), "fa:16:3e:00:01:70");
        await peer.RunAsync("ip", "addr", "add", "10.0.1.70/24", "dev", "eth0");
        await peer.RunAsync("ip", "route", "add", "default", "via", "10.0.1.1");

        Assert.Contains(" 0% packet loss", await guest.RunAsync("busybox", "ping", "-c", "1", "-W", "5", "10.0.1.70"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_makes_its_ipv6_address_from_the_routers_advertisement()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true);
        var router = Wanted.Router(network, metadataV6: true, advertise: true);
        await host.SyncAsync(new WantedHost([network], [router]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);

        await Host.EventuallyAsync("an address of the announced prefix", async () =>
            (await guest.RunAsync("ip", "-6", "-br", "addr", "show", "eth0")).Contains("fd00:b::f816:3eff:fe00:70/64", StringComparison.Ordinal) ? "yes" : null);

        // The router speaks from its own link-local address, never from the one all metadata services share.
        Assert.Contains("default via fe80::f816:3eff:fe00:fe ", await guest.RunAsync("ip", "-6", "route"), StringComparison.Ordinal);
        Assert.False((await host.SyncAsync(new WantedHost([network], [router]))).Changed);
    }

    [Fact]
    public async Task A_router_on_a_network_this_host_does_not_carry_is_refused()
    {
        await using var host = new Host();
        var router = Wanted.Router(Wanted.Network());

        var report = await host.Plumber.SyncAsync(new WantedHost([], [router]), TestContext.Current.CancellationToken);

        Assert.Contains("which this host does not carry", Assert.Single(report.Failures).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_routers_of_a_network_both_stand_for_metadata_and_one_of_them_is_enough()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, routed: true);
        var first = Wanted.Router(network, metadataV6: true);
        var second = Wanted.Router(network, metadataV6: true);
        second = second with
        {
            Interfaces =
            [
                second.Interfaces[0] with
                {
                    Mac = System.Net.NetworkInformation.PhysicalAddress.Parse("fa163e0000fd"),
                    Addresses = [new InterfaceAddress(System.Net.IPAddress.Parse("10.0.0.125"), 26), new InterfaceAddress(System.Net.IPAddress.Parse("fd00:b::3"), 64)],
                },
            ],
        };
        await host.SyncAsync(new WantedHost([network], [first, second]));
        using var one = await Answerer.StartAsync(DeviceNames.RouterNamespace(first.Id), 9697, "first");
        using var two = await Answerer.StartAsync(DeviceNames.RouterNamespace(second.Id), 9697, "second");
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        using var capture = await Capture.StartAsync(guest.Name, "icmp6 and ip6[40] == 136 and ip6[60:4] == 0xa9fea9fe", packets: 2);

        var answer = await FetchV6Async(guest);

        // Both answered, neither so that it would be believed over the other: no override flag. So the guest stays with the first it heard.
        var seen = await capture.ReadAsync();
        Assert.Equal(2, seen.Split("tgt is fe80::a9fe:a9fe, Flags [solicited]").Length - 1);
        Assert.Contains("fa:16:3e:00:00:fe", seen, StringComparison.Ordinal);
        Assert.Contains("fa:16:3e:00:00:fd", seen, StringComparison.Ordinal);
        for (var i = 0; i < 5; i++) Assert.Equal(answer, await FetchV6Async(guest));

        var (gone, left) = string.Equals(answer, "first", StringComparison.Ordinal) ? (first, second) : (second, first);
        await host.SyncAsync(new WantedHost([network], [left]));

        // What the kernel does by itself once it finds its neighbour unreachable, which takes it up to a minute (RFC 4861, 7.3).
        await guest.RunAsync("ip", "-6", "neigh", "flush", "dev", "eth0");
        Assert.NotEqual(answer, await FetchV6Async(guest));
        Assert.DoesNotContain(gone.Id, await host.RunAsync("ip", "netns", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shared_ipv6_address_that_is_no_longer_answered_for_comes_back()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, routed: true);
        var router = Wanted.Router(network, metadataV6: true);
        var wanted = new WantedHost([network], [router]);
        await host.SyncAsync(wanted);
        var (name, device) = (DeviceNames.RouterNamespace(router.Id), DeviceNames.RouterEnd(router.Interfaces[0].PortId));
        Assert.Contains("fe80::a9fe:a9fe", await host.RunAsync("ip", "-n", name, "neigh", "show", "proxy"), StringComparison.Ordinal);

        // As an earlier release left it, on the device.
        await host.RunAsync("ip", "-n", name, "neigh", "del", "proxy", "fe80::a9fe:a9fe", "dev", device);
        await host.RunAsync("ip", "-n", name, "addr", "add", "fe80::a9fe:a9fe/64", "dev", device);
        Assert.True((await host.SyncAsync(wanted)).Changed);

        Assert.Contains("fe80::a9fe:a9fe", await host.RunAsync("ip", "-n", name, "neigh", "show", "proxy"), StringComparison.Ordinal);
        Assert.DoesNotContain("a9fe:a9fe", await host.RunAsync("ip", "-n", name, "addr"), StringComparison.Ordinal);
        Assert.False((await host.SyncAsync(wanted)).Changed);
    }

    private static Task<string> FetchV6Async(Guest guest) => Host.EventuallyAsync("an answer from fe80::a9fe:a9fe", async () =>
    {
        var result = await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "2", "http://[fe80::a9fe:a9fe%25eth0]/");
        return result.ExitCode == 0 ? result.Output : null;
    });

    private static WantedNetwork Other(WantedNetwork network) => network with { Dhcp = null };

    private static WantedRouterInterface Other(WantedRouterInterface leg) => leg with
    {
        Addresses = [new InterfaceAddress(System.Net.IPAddress.Parse("10.0.1.1"), 24)],
        Mac = System.Net.NetworkInformation.PhysicalAddress.Parse("fa163e0001fe"),
    };
}
