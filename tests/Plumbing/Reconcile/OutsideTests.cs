using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>A router's way outside, with real packets.</summary>
public sealed class OutsideTests
{
    [Fact]
    public async Task A_guest_goes_out_under_the_gateways_address_and_still_gets_its_metadata()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        await host.SyncAsync(outside.Host());
        var machine = await outside.AddMachineAsync();
        var guest = await outside.AddGuestAsync();
        using var server = await Answerer.TellingPeersAsync(machine.Name, 8000);
        using var metadata = await Answerer.TellingPeersAsync(outside.Namespace, 9697);

        Assert.Equal(Outside.Gateway, await Outside.FetchAsync(guest, $"http://{Outside.Machine}:8000/"));
        Assert.Equal(Outside.Fixed, await Outside.FetchAsync(guest, "http://169.254.169.254/"));
    }

    [Fact]
    public async Task Without_snat_a_guest_goes_out_under_its_own_address()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        await host.SyncAsync(outside.Host(snat: false));
        var machine = await outside.AddMachineAsync();
        await machine.RunAsync("ip", "route", "add", "10.0.0.64/26", "via", Outside.Gateway);
        var guest = await outside.AddGuestAsync();
        using var server = await Answerer.TellingPeersAsync(machine.Name, 8000);

        Assert.Equal(Outside.Fixed, await Outside.FetchAsync(guest, $"http://{Outside.Machine}:8000/"));
    }

    [Fact]
    public async Task A_floating_address_leads_to_its_guest_from_everywhere_and_is_what_the_guest_goes_out_under()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        await host.SyncAsync(outside.Host(floating: Outside.Fixed));
        var machine = await outside.AddMachineAsync();
        var guest = await outside.AddGuestAsync();
        var neighbour = await outside.AddGuestAsync("10.0.0.71", "fa:16:3e:00:00:71");
        using var server = await Answerer.TellingPeersAsync(machine.Name, 8000);
        using var service = await Answerer.TellingPeersAsync(guest.Name, 8000);
        using var metadata = await Answerer.TellingPeersAsync(outside.Namespace, 9697);

        Assert.Equal(Outside.Machine, await Outside.FetchAsync(machine, $"http://{Outside.Floating}:8000/"));
        Assert.Equal(Outside.Floating, await Outside.FetchAsync(guest, $"http://{Outside.Machine}:8000/"));
        Assert.Equal(Outside.Gateway, await Outside.FetchAsync(neighbour, $"http://{Outside.Machine}:8000/"));

        // The answer to a neighbour must come back through the router, so it asks as the gateway.
        Assert.Equal(Outside.Gateway, await Outside.FetchAsync(neighbour, $"http://{Outside.Floating}:8000/"));
        Assert.Equal(Outside.Fixed, await Outside.FetchAsync(guest, "http://169.254.169.254/"));
    }

    [Fact]
    public async Task The_listeners_port_is_shut_to_guests_neighbouring_networks_and_the_outside()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        var second = new WantedNetwork { Id = Guid.NewGuid().ToString() };
        var router = outside.Router(Outside.Fixed);
        router = router with
        {
            Interfaces = router.Interfaces.Add(new WantedRouterInterface
            {
                PortId = Guid.NewGuid().ToString(), NetworkId = second.Id, Mac = PhysicalAddress.Parse("fa163e0001fe"), Addresses = [new InterfaceAddress(IPAddress.Parse("10.0.1.1"), 24)],
            }),
        };
        await host.SyncAsync(new WantedHost([outside.External, outside.Inner, second], [router]));
        var machine = await outside.AddMachineAsync();
        await machine.RunAsync("ip", "route", "add", "169.254.169.254", "via", Outside.Gateway);
        await machine.RunAsync("ip", "route", "add", "10.0.0.0/8", "via", Outside.Gateway);
        var guest = await outside.AddGuestAsync();
        var neighbour = await host.AddGuestAsync(DeviceNames.Bridge(second.Id), "fa:16:3e:00:01:70");
        await neighbour.RunAsync("ip", "addr", "add", "10.0.1.70/24", "dev", "eth0");
        await neighbour.RunAsync("ip", "route", "add", "default", "via", "10.0.1.1");
        using var metadata = await Answerer.StartAsync(outside.Namespace, 9697, "metadata");

        Assert.Equal("metadata", await Outside.FetchAsync(guest, "http://169.254.169.254/"));
        Assert.Equal("metadata", await Outside.FetchAsync(neighbour, "http://169.254.169.254/"));
        foreach (var (asker, address) in new[]
        {
            (guest, "10.0.0.126:9697"), (guest, "10.0.1.1:9697"), (guest, $"{Outside.Gateway}:9697"), (guest, "169.254.169.254:9697"),
            (neighbour, "10.0.1.1:9697"), (neighbour, "10.0.0.126:9697"), (neighbour, $"{Outside.Gateway}:9697"),
            (machine, $"{Outside.Gateway}:9697"), (machine, "10.0.0.126:9697"), (machine, "169.254.169.254:80"), (machine, "169.254.169.254:9697"),
        })
            Assert.True(await Outside.SilenceAsync(asker, $"http://{address}/") == 28, $"{address} answered {(asker == machine ? "the outside" : asker == guest ? "a guest" : "a neighbour")}");
    }

    [Fact]
    public async Task A_floating_address_that_comes_is_announced_and_one_that_moves_leaves_its_former_guest_at_once()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        await host.SyncAsync(outside.Host());
        var machine = await outside.AddMachineAsync();
        var first = await outside.AddGuestAsync();
        var second = await outside.AddGuestAsync("10.0.0.71", "fa:16:3e:00:00:71");
        using var one = await Answerer.OnDatagramsAsync(first.Name, 7000, "first");
        using var two = await Answerer.OnDatagramsAsync(second.Name, 7000, "second");
        using var capture = await Capture.StartAsync(machine.Name, $"arp and arp src host {Outside.Floating}", packets: 1);

        await host.SyncAsync(outside.Host(floating: Outside.Fixed));
        Assert.Contains($"Request who-has {Outside.Floating} tell {Outside.Floating}", await capture.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("first", await AskAsync(machine, 40001));

        // The same five numbers as before: what the kernel remembers of them is the former guest.
        await host.SyncAsync(outside.Host(floating: "10.0.0.71"));
        Assert.NotEqual("first", await AskAsync(machine, 40001));
        Assert.Equal("second", await AskAsync(machine, 40002));

        await host.SyncAsync(outside.Host());
        Assert.Equal("nothing", await AskAsync(machine, 40002));
        Assert.Equal("nothing", await AskAsync(machine, 40003));
    }

    [Fact]
    public async Task A_second_turn_changes_nothing_and_what_is_broken_by_hand_is_repaired()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        var wanted = outside.Host(floating: Outside.Fixed);
        await host.SyncAsync(wanted);
        var before = await PictureAsync(host, outside);
        var programs = host.Plumber.ProgramsStarted;

        Assert.Empty((await host.SyncAsync(wanted)).Outcomes.SelectMany(o => o.Changes));
        Assert.Equal(0, host.Plumber.ProgramsStarted - programs);

        var name = outside.Namespace;
        string[][] breaks =
        [
            ["ip", "-n", name, "addr", "del", $"{Outside.Floating}/32", "dev", outside.GatewayDevice],
            ["ip", "-n", name, "addr", "del", $"{Outside.Gateway}/24", "dev", outside.GatewayDevice],
            ["ip", "-n", name, "addr", "add", "203.0.113.66/32", "dev", outside.GatewayDevice],
            ["ip", "-n", name, "route", "del", "default"],
            ["ip", "-n", name, "link", "set", outside.GatewayDevice, "down"],
            ["ip", "-n", name, "link", "del", outside.GatewayDevice],
            ["nsenter", $"--net=/run/netns/{name}", "--", "nft", "flush", "chain", "inet", "firstlight", "outside_source"],
            ["nsenter", $"--net=/run/netns/{name}", "--", "nft", "delete", "chain", "inet", "firstlight", "floating_destination"],
            ["ip", "netns", "del", name],
        ];
        foreach (var broken in breaks)
        {
            await host.RunAsync(broken[0], broken[1..]);
            Assert.True((await host.SyncAsync(wanted)).Changed, string.Join(' ', broken));
            Assert.Equal(before, await PictureAsync(host, outside));
        }

        // Without its gateway the router has neither device nor rules of it.
        await host.SyncAsync(wanted with { Routers = [outside.Router() with { Gateway = null }] });
        var left = await PictureAsync(host, outside);
        Assert.DoesNotContain("qg-", left, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113", left, StringComparison.Ordinal);
        Assert.DoesNotContain("outside", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ipv6_leaves_untranslated_by_its_own_default_route()
    {
        await using var host = new Host();
        var outside = new Outside(host);
        var router = outside.Router();
        router = router with
        {
            Gateway = router.Gateway! with
            {
                Addresses = router.Gateway.Addresses.Add(new InterfaceAddress(IPAddress.Parse("2001:db8:1::100"), 64)),
                NextHops = router.Gateway.NextHops.Add(IPAddress.Parse("2001:db8:1::1")),
            },
        };
        await host.SyncAsync(new WantedHost([outside.External, outside.Inner], [router]));
        var machine = await outside.AddMachineAsync();
        await machine.RunAsync("ip", "addr", "add", "2001:db8:1::1/64", "dev", "eth0", "nodad");
        await machine.RunAsync("ip", "route", "add", "fd00:b::/64", "via", "2001:db8:1::100");
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(outside.Inner.Id), Wanted.GuestMac);
        await guest.RunAsync("ip", "addr", "add", "fd00:b::70/64", "dev", "eth0", "nodad");
        await guest.RunAsync("ip", "route", "add", "default", "via", "fd00:b::1");
        using var server = await Answerer.TellingPeersAsync(machine.Name, 8000);

        Assert.Equal("fd00:b::70", await Host.EventuallyAsync("an answer over IPv6", async () =>
        {
            var result = await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "2", "http://[2001:db8:1::1]:8000/");
            return result.ExitCode == 0 ? result.Output : null;
        }));
    }

    [Fact]
    public async Task A_device_of_the_host_is_plugged_into_the_external_bridge_and_given_back()
    {
        await using var host = new Host();
        var id = Guid.NewGuid().ToString("N")[..8];
        var (uplink, far) = ($"fu{id}", $"fv{id}");
        var outside = new Outside(host) { External = new WantedNetwork { Id = Guid.NewGuid().ToString(), Uplink = uplink } };
        var missing = await host.Plumber.SyncAsync(outside.Host(), TestContext.Current.CancellationToken);
        Assert.Contains($"its uplink {uplink} is not there", missing.Failures.First().Failure, StringComparison.Ordinal);
        await host.RunAsync("ip", "link", "add", uplink, "type", "veth", "peer", "name", far);
        try
        {
            await host.RunAsync("ip", "addr", "add", "198.51.100.7/24", "dev", uplink);
            var refused = await host.Plumber.SyncAsync(outside.Host(), TestContext.Current.CancellationToken);
            Assert.Contains($"its uplink {uplink} has the host's address 198.51.100.7/24", refused.Failures.First().Failure, StringComparison.Ordinal);
            await host.RunAsync("ip", "addr", "del", "198.51.100.7/24", "dev", uplink);

            await host.SyncAsync(outside.Host());
            Assert.Contains($"master {DeviceNames.Bridge(outside.External.Id)}", await host.RunAsync("ip", "link", "show", uplink), StringComparison.Ordinal);
            Assert.False((await host.SyncAsync(outside.Host())).Changed);
            await host.RunAsync("ip", "link", "set", uplink, "nomaster");
            Assert.True((await host.SyncAsync(outside.Host())).Changed);

            await host.SyncAsync(outside.Host() with { Networks = [outside.External with { Uplink = null }, outside.Inner] });
            Assert.DoesNotContain("master", await host.RunAsync("ip", "link", "show", uplink), StringComparison.Ordinal);
            await host.SyncAsync(outside.Host());
            await host.SyncAsync(WantedHost.Empty);
            Assert.DoesNotContain("master", await host.RunAsync("ip", "link", "show", uplink), StringComparison.Ordinal);
        }
        finally
        {
            await host.RunAsync("ip", "link", "del", uplink);
        }
    }

    private static async Task<string> AskAsync(Guest guest, int sourcePort) => (await guest.RunAsync("/usr/bin/env", "python3", "-c", $"""
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(('', {sourcePort}))
        s.settimeout(1)
        s.sendto(b'?', ('{Outside.Floating}', 7000))
        try:
            print(s.recv(100).decode())
        except OSError:
            print('nothing')
        """)).Trim();

    // Without the interface numbers and the order, which the kernel chooses; and without what duplicate detection is at.
    private static async Task<string> PictureAsync(Host host, Outside outside)
    {
        var name = outside.Namespace;
        var text = await host.RunAsync("ip", "-n", name, "-br", "addr") + await host.RunAsync("ip", "-n", name, "route")
            + await host.RunAsync("nsenter", $"--net=/run/netns/{name}", "--", "nft", "list", "ruleset");
        var words = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('@')[0]);
        return string.Join('\n', words.Order(StringComparer.Ordinal));
    }
}
