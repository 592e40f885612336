using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;
using Host = Firstlight.Plumbing.Tests.Support.Host;

namespace Firstlight.Plumbing.Tests.Haproxy;

/// <summary>Guests behind a real haproxy, with an echo at the agent's socket.</summary>
public sealed class HaproxyTests
{
    private const string V4 = "http://169.254.169.254/openstack";
    private const string V6 = "http://[fe80::a9fe:a9fe%25eth0]/openstack";

    [Fact]
    public async Task A_guest_of_a_network_is_told_apart_by_it_over_both_families_whatever_it_claims_itself()
    {
        await using var host = NewHost();
        var network = Wanted.Network(withV6: true, metadataV6: true) with { Proxy = ProxyOf(host) };
        await using var echo = new SocketEcho(network.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();

        var four = await guest.RunAsync("curl", [.. Curl, "-H", "X-Neutron-Network-ID: mine", "-H", "X-Neutron-Router-ID: mine", V4]);
        var six = await AnswerAsync(guest, V6);

        Assert.Equal([network.Id], Values(four, "x-neutron-network-id"));
        Assert.Empty(Values(four, "x-neutron-router-id"));
        Assert.Equal(["10.0.0.70"], Values(four, "x-forwarded-for"));
        Assert.Equal([network.Id], Values(six, "x-neutron-network-id"));
        Assert.Equal(["fe80::f816:3eff:fe00:70"], Values(six, "x-forwarded-for"));
    }

    [Fact]
    public async Task A_routed_guest_is_told_apart_by_its_router_over_both_families()
    {
        await using var host = NewHost();
        var network = Wanted.Network(withV6: true, routed: true);
        var router = Wanted.Router(network, metadataV6: true, advertise: true) with { Proxy = ProxyOf(host) };
        await using var echo = new SocketEcho(router.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([network], [router]));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();

        var four = await guest.RunAsync("curl", [.. Curl, "-H", "X-Neutron-Network-ID: mine", V4]);
        var six = await AnswerAsync(guest, V6);

        Assert.Equal([router.Id], Values(four, "x-neutron-router-id"));
        Assert.Empty(Values(four, "x-neutron-network-id"));
        Assert.EndsWith("10.0.0.70", Assert.Single(Values(four, "x-forwarded-for")), StringComparison.Ordinal);
        Assert.Equal([router.Id], Values(six, "x-neutron-router-id"));
        Assert.Equal(["fe80::f816:3eff:fe00:70"], Values(six, "x-forwarded-for"));
    }

    [Fact]
    public async Task A_killed_haproxy_serves_again_soon()
    {
        await using var host = NewHost();
        var network = Wanted.Network() with { Proxy = ProxyOf(host) };
        await using var echo = new SocketEcho(network.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        await using var keeping = host.Keep(new WantedHost([network], []));
        var (dnsmasq, pid) = (ReadDnsmasqPid(host, network), ReadPid(host, network));

        await host.RunAsync("kill", "-KILL", pid);
        await Host.EventuallyAsync("another haproxy", () => Task.FromResult(File.Exists(PidFile(host, network)) && ReadPid(host, network) is { Length: > 0 } now && now != pid ? now : null));
        await AnswerAsync(guest, V4);

        Assert.Equal(dnsmasq, ReadDnsmasqPid(host, network));
    }

    [Fact]
    public async Task A_plumber_started_anew_adopts_it_and_a_second_turn_changes_nothing()
    {
        await using var host = NewHost();
        var network = Wanted.Network(withV6: true, metadataV6: true) with { Proxy = ProxyOf(host) };
        var router = Wanted.Router(Wanted.Network()) with { Proxy = ProxyOf(host), Interfaces = [] };
        var wanted = new WantedHost([network], [router]);
        await host.SyncAsync(wanted);
        var pid = ReadPid(host, network);

        Assert.False((await host.SyncAsync(wanted)).Changed);
        host.Restart();

        Assert.Empty((await host.SyncAsync(wanted)).Outcomes.SelectMany(o => o.Changes));
        Assert.Equal(pid, ReadPid(host, network));
    }

    [Fact]
    public async Task It_is_replaced_when_its_configuration_changes_or_its_namespace_or_device_is_made_anew()
    {
        await using var host = NewHost();
        var network = Wanted.Network(withV6: true, metadataV6: true) with { Proxy = ProxyOf(host) };
        await using var echo = new SocketEcho(network.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([network], []));
        var first = ReadPid(host, network);

        network = network with { Proxy = network.Proxy with { Debug = true } };
        await host.SyncAsync(new WantedHost([network], []));
        var second = ReadPid(host, network);
        Assert.NotEqual(first, second);

        await host.RunAsync("ip", "netns", "del", DeviceNames.DhcpNamespace(network.Id));
        await host.SyncAsync(new WantedHost([network], []));
        Assert.NotEqual(second, ReadPid(host, network));

        await host.RunAsync("ip", "link", "del", DeviceNames.HostEnd(network.Dhcp!.PortId));
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        Assert.Equal([network.Id], Values(await AnswerAsync(guest, V6), "x-neutron-network-id"));
        Assert.All([first, second], pid => Assert.False(IsHaproxy(pid)));
    }

    [Fact]
    public async Task Switching_between_a_listener_of_ours_and_haproxy_leaves_a_guest_served_and_nothing_behind()
    {
        await using var host = NewHost();
        var builtin = Wanted.Network();
        var proxied = builtin with { Proxy = ProxyOf(host) };
        await using var echo = new SocketEcho(proxied.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([builtin], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(builtin.Id), Wanted.GuestMac);
        await guest.DhcpAsync();
        var name = DeviceNames.DhcpNamespace(builtin.Id);

        using (await Answerer.StartAsync(name, 80, "ours"))
        {
            // The port is taken: this turn tells so, the guest is served on, and DHCP is not touched by it.
            var turn = await host.Plumber.SyncAsync(new WantedHost([proxied], []), TestContext.Current.CancellationToken);
            Assert.Contains("haproxy", Assert.Single(turn.Failures).Failure, StringComparison.Ordinal);
            Assert.Equal("ours", await AnswerAsync(guest, V4));
        }

        await host.SyncAsync(new WantedHost([proxied], []));
        Assert.Equal([builtin.Id], Values(await AnswerAsync(guest, V4), "x-neutron-network-id"));

        await host.SyncAsync(new WantedHost([builtin], []));
        Assert.Empty(Directory.GetFiles(host.State, $"{builtin.Id}.*", SearchOption.AllDirectories));
        using (await Answerer.StartAsync(name, 80, "ours")) Assert.Equal("ours", await AnswerAsync(guest, V4));
    }

    [Fact]
    public async Task Teardown_by_the_journal_alone_ends_it_and_removes_its_files()
    {
        await using var host = NewHost();
        var network = Wanted.Network() with { Proxy = ProxyOf(host) };
        var router = Wanted.Router(network) with { Proxy = ProxyOf(host) };
        await host.SyncAsync(new WantedHost([network], [router]));
        string[] pids = [ReadPid(host, network), File.ReadAllText(PidFile(host, router.Id)).Trim()];
        Assert.All(pids, pid => Assert.True(IsHaproxy(pid)));

        // A pid file lost by a crash does not hide the process.
        File.Delete(PidFile(host, router.Id));
        host.Restart();
        Assert.True((await host.Plumber.TeardownAsync(TestContext.Current.CancellationToken)).Succeeded);

        Assert.All(pids, pid => Assert.False(IsHaproxy(pid)));
        Assert.Empty(new[] { network.Id, router.Id }.SelectMany(id => Directory.GetFiles(host.State, $"*{id}*", SearchOption.AllDirectories)));
        Assert.Empty(new[] { network.Id, router.Id }.SelectMany(id => Directory.GetFiles("/run/netns", $"*{id}*")));
    }

    [Fact]
    public async Task With_a_rate_limit_the_request_after_the_last_allowed_one_gets_429()
    {
        await using var host = NewHost();
        var limit = new ProxyRateLimit(BaseLimit: 3, TimeSpan.FromSeconds(600), BurstLimit: 100, TimeSpan.FromSeconds(10), IPv6: false);
        var network = Wanted.Network() with { Proxy = ProxyOf(host) with { RateLimit = limit } };
        await using var echo = new SocketEcho(network.Proxy.SocketPath);
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await guest.DhcpAsync();

        var statuses = await guest.RunAsync("curl", [.. Curl, "-w", "%{http_code} ", "-o", "/dev/null", $"{V4}/[1-4]"]);

        Assert.Equal("200 200 200 429", statuses.Trim());
    }

    private static string[] Curl => ["-sS", "--noproxy", "*", "-m", "5"];

    private static Host NewHost()
    {
        Assert.True(new[] { "/usr/sbin/haproxy", "/usr/bin/haproxy", "/usr/local/sbin/haproxy" }.Any(File.Exists), "haproxy is missing: ./setup --test installs it");
        return new Host();
    }

    private static WantedProxy ProxyOf(Host host) => new() { SocketPath = Path.Combine(host.State, "metadata_proxy") };

    private static Task<string> AnswerAsync(Guest guest, string url) => Host.EventuallyAsync($"an answer from {url}", async () =>
    {
        var result = await guest.TryAsync("curl", [.. Curl, "-f", url]);
        return result.ExitCode == 0 ? result.Output : null;
    });

    private static IEnumerable<string> Values(string head, string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim());

    private static string PidFile(Host host, string id) => Path.Combine(host.State, "external", "pids", $"{id}.pid.haproxy");

    private static string PidFile(Host host, WantedNetwork network) => PidFile(host, network.Id);

    private static string ReadPid(Host host, WantedNetwork network) => File.ReadAllText(PidFile(host, network)).Trim();

    private static string ReadDnsmasqPid(Host host, WantedNetwork network) => File.ReadAllText(Path.Combine(host.State, "dhcp", network.Id, "pid")).Trim();

    // A zombie that nobody collects has no command line any more.
    private static bool IsHaproxy(string pid) => File.Exists($"/proc/{pid}/cmdline") && File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("haproxy", StringComparison.Ordinal);
}
