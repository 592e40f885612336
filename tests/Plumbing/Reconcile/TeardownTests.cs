using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class TeardownTests
{
    [Fact]
    public async Task Teardown_leaves_nothing_of_ours()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true);
        var router = Wanted.Router(network, metadataV6: true, advertise: true);
        await host.SyncAsync(new WantedHost([network], [router]));
        Assert.NotEmpty(await TracesAsync(host, network, router));

        var report = await host.Plumber.TeardownAsync(TestContext.Current.CancellationToken);

        Assert.True(report.Succeeded);
        Assert.Empty(await TracesAsync(host, network, router));
    }

    [Fact]
    public async Task What_a_killed_plumber_left_is_taken_away_by_its_journal_alone()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true);
        var router = Wanted.Router(network, advertise: true);
        await host.SyncAsync(new WantedHost([network], [router]));

        host.Restart();
        Assert.True((await host.Plumber.TeardownAsync(TestContext.Current.CancellationToken)).Succeeded);

        Assert.Empty(await TracesAsync(host, network, router));
    }

    [Fact]
    public async Task A_kill_in_the_middle_leaves_what_the_next_turn_can_finish_and_teardown_can_remove()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        var (bridge, tap, far, name) = (
            DeviceNames.Bridge(network.Id), DeviceNames.HostEnd(network.Dhcp!.PortId), DeviceNames.DhcpEnd(network.Dhcp.PortId), DeviceNames.DhcpNamespace(network.Id));

        // As after a kill right before the far end entered its namespace, with a namespace file whose mount never came.
        Directory.CreateDirectory(Path.Combine(host.State, "plumbing"));
        await File.WriteAllTextAsync(
            Path.Combine(host.State, "plumbing", "journal"),
            $"+ network:{network.Id} Bridge {bridge}\n+ network:{network.Id} Link {tap}\n+ network:{network.Id} Namespace {name}\n+ network:{network.Id} Lin");
        await host.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        await host.RunAsync("ip", "link", "add", tap, "type", "veth", "peer", "name", far);
        Directory.CreateDirectory("/run/netns");
        await File.WriteAllTextAsync($"/run/netns/{name}", "");

        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(bridge, Wanted.GuestMac);
        await guest.DhcpAsync();

        await host.Plumber.TeardownAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await TracesAsync(host, network, router: null));
    }

    [Fact]
    public async Task What_was_there_before_us_is_used_and_left()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        var (bridge, name) = (DeviceNames.Bridge(network.Id), DeviceNames.DhcpNamespace(network.Id));
        await host.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        await host.RunAsync("ip", "netns", "add", name);
        try
        {
            await host.SyncAsync(new WantedHost([network], []));
            await host.Plumber.TeardownAsync(TestContext.Current.CancellationToken);

            Assert.Equal(0, (await host.TryAsync("ip", "link", "show", bridge)).ExitCode);
            Assert.DoesNotContain("ns-", await host.RunAsync("ip", "-n", name, "-br", "link"), StringComparison.Ordinal);
        }
        finally
        {
            await host.TryAsync("ip", "netns", "del", name);
            await host.TryAsync("ip", "link", "del", bridge);
        }
    }

    [Fact]
    public async Task A_network_nobody_wants_any_more_goes_and_the_other_stays()
    {
        await using var host = new Host();
        var (goes, stays) = (Wanted.Network(), Wanted.Network());
        await host.SyncAsync(new WantedHost([goes, stays], []));

        await host.SyncAsync(new WantedHost([stays], []));

        Assert.Empty(await TracesAsync(host, goes, router: null));
        Assert.NotEmpty(await TracesAsync(host, stays, router: null));
    }

    [Fact]
    public async Task Two_plumbers_never_work_on_one_state_directory()
    {
        await using var host = new Host();
        await host.SyncAsync(WantedHost.Empty);
        using var second = host.NewPlumber();

        await Assert.ThrowsAsync<IOException>(() => second.SyncAsync(WantedHost.Empty, TestContext.Current.CancellationToken));
    }

    private static async Task<List<string>> TracesAsync(Host host, WantedNetwork network, WantedRouter? router)
    {
        string[] names =
        [
            network.Id, DeviceNames.Bridge(network.Id), network.Dhcp!.PortId[..11],
            .. router is null ? Array.Empty<string>() : [router.Id, .. router.Interfaces.Select(i => i.PortId[..11])],
        ];
        var links = (await host.RunAsync("ip", "-br", "link")).Split('\n');
        var namespaces = Directory.Exists("/run/netns") ? Directory.GetFiles("/run/netns") : [];
        var processes = Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(ReadCommandLine);
        var files = Directory.Exists(host.State) ? Directory.GetFiles(host.State, "*", SearchOption.AllDirectories) : [];
        return [.. links.Concat(namespaces).Concat(processes).Concat(files).Where(text => names.Any(n => text.Contains(n, StringComparison.Ordinal)))];
    }

    private static string ReadCommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
