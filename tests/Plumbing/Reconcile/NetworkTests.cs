using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class NetworkTests
{
    [Fact]
    public async Task A_guest_gets_its_address_and_its_route_to_metadata_by_dhcp_and_reaches_a_listener_there()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        using var listener = await Answerer.StartAsync(DeviceNames.DhcpNamespace(network.Id), 80, "by-network");
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);

        await guest.DhcpAsync();

        Assert.Contains("10.0.0.70/26", await guest.RunAsync("ip", "-4", "-br", "addr", "show", "eth0"), StringComparison.Ordinal);
        Assert.Contains("via 10.0.0.65", await guest.RunAsync("ip", "route", "get", "169.254.169.254"), StringComparison.Ordinal);
        Assert.Equal("by-network", await guest.RunAsync("curl", "-sS", "--noproxy", "*", "-m", "5", "http://169.254.169.254/"));
    }

    [Fact]
    public async Task An_ipv6_guest_reaches_the_link_local_listener_at_once()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, metadataV6: true);
        await host.SyncAsync(new WantedHost([network], []));
        using var listener = await Answerer.StartAsync(DeviceNames.DhcpNamespace(network.Id), 80, "by-link-local");
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);

        var answer = await Host.EventuallyAsync("an answer from fe80::a9fe:a9fe", async () =>
        {
            var result = await guest.TryAsync("curl", "-sS", "--noproxy", "*", "-m", "2", "http://[fe80::a9fe:a9fe%25eth0]/");
            return result.ExitCode == 0 ? result.Output : null;
        });

        Assert.Equal("by-link-local", answer);
    }

    [Fact]
    public async Task Dhcp_replies_carry_right_udp_checksums_on_the_wire()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        using var capture = await Capture.StartAsync(guest.Name, "udp and src port 67", packets: 2);

        await guest.DhcpAsync();

        var seen = await capture.ReadAsync();
        Assert.Contains("udp sum ok", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("bad udp cksum", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_is_no_neighbour_of_tenants()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, metadataV6: true);
        await host.SyncAsync(new WantedHost([network], []));

        foreach (var device in new[] { DeviceNames.Bridge(network.Id), DeviceNames.HostEnd(network.Dhcp!.PortId) })
        {
            Assert.DoesNotContain("inet", await host.RunAsync("ip", "addr", "show", "dev", device), StringComparison.Ordinal);
            Assert.Equal("1", (await File.ReadAllTextAsync($"/proc/sys/net/ipv6/conf/{device}/disable_ipv6")).Trim());
            Assert.Equal("8", (await File.ReadAllTextAsync($"/proc/sys/net/ipv4/conf/{device}/arp_ignore")).Trim());
            Assert.Equal("1", (await File.ReadAllTextAsync($"/proc/sys/net/ipv4/conf/{device}/rp_filter")).Trim());
        }
    }

    [Fact]
    public async Task A_second_turn_changes_nothing_and_runs_no_program()
    {
        await using var host = new Host();
        var wanted = new WantedHost([Wanted.Network(withV6: true, metadataV6: true)], []);
        Assert.True((await host.SyncAsync(wanted)).Changed);
        var before = host.Plumber.ProgramsStarted;

        var second = await host.SyncAsync(wanted);

        Assert.Empty(second.Outcomes.SelectMany(o => o.Changes));
        Assert.Equal(0, host.Plumber.ProgramsStarted - before);
    }

    [Fact]
    public async Task A_plumber_started_anew_adopts_what_runs_and_changes_nothing()
    {
        await using var host = new Host();
        var wanted = new WantedHost([Wanted.Network(withV6: true, metadataV6: true)], []);
        await host.SyncAsync(wanted);
        var pid = ReadPid(host, wanted.Networks[0]);

        host.Restart();
        var report = await host.SyncAsync(wanted);

        Assert.Empty(report.Outcomes.SelectMany(o => o.Changes));
        Assert.Equal(pid, ReadPid(host, wanted.Networks[0]));
    }

    [Fact]
    public async Task A_turn_repairs_addresses_routes_links_and_bridges()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, metadataV6: true);
        var wanted = new WantedHost([network], []);
        await host.SyncAsync(wanted);
        var (name, device) = (DeviceNames.DhcpNamespace(network.Id), DeviceNames.DhcpEnd(network.Dhcp!.PortId));
        var before = await PictureAsync(host, name);
        await host.RunAsync("ip", "-n", name, "addr", "del", "169.254.169.254/32", "dev", device);
        await host.RunAsync("ip", "-n", name, "addr", "add", "10.9.9.9/24", "dev", device);
        await host.RunAsync("ip", "-n", name, "route", "del", "default");
        await host.RunAsync("ip", "link", "set", DeviceNames.HostEnd(network.Dhcp.PortId), "nomaster");

        Assert.True((await host.SyncAsync(wanted)).Changed);
        Assert.Equal(before, await PictureAsync(host, name));

        await host.RunAsync("ip", "link", "del", DeviceNames.HostEnd(network.Dhcp.PortId));
        await host.SyncAsync(wanted);
        Assert.Equal(before, await PictureAsync(host, name));

        await host.RunAsync("ip", "netns", "del", name);
        await host.SyncAsync(wanted);
        Assert.Equal(before, await PictureAsync(host, name));
        Assert.False((await host.SyncAsync(wanted)).Changed);
    }

    [Fact]
    public async Task A_new_port_reloads_dnsmasq_and_a_new_subnet_replaces_it()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        var pid = ReadPid(host, network);

        var dhcp = network.Dhcp!;
        var more = network with { Dhcp = dhcp with { Hosts = dhcp.Hosts.Add(new HostEntry(PhysicalAddress.Parse("fa163e000071"), dhcp.Subnets[0].Id, IPAddress.Parse("10.0.0.71"), "host-10-0-0-71")) } };
        await host.SyncAsync(new WantedHost([more], []));
        Assert.Equal(pid, ReadPid(host, network));
        var guest = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), "fa:16:3e:00:00:71");
        await guest.DhcpAsync();
        Assert.Contains("10.0.0.71/26", await guest.RunAsync("ip", "-4", "-br", "addr"), StringComparison.Ordinal);

        var wider = more with { Dhcp = more.Dhcp! with { Subnets = more.Dhcp.Subnets.Add(new WantedSubnet { Id = Guid.NewGuid().ToString(), Cidr = IPNetwork.Parse("10.7.0.0/24") }) } };
        await host.SyncAsync(new WantedHost([wider], []));
        Assert.NotEqual(pid, ReadPid(host, network));
    }

    [Fact]
    public async Task An_address_that_goes_to_another_port_is_given_to_it()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        var first = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), Wanted.GuestMac);
        await first.DhcpAsync();
        await host.RunAsync("ip", "netns", "del", first.Name);

        var moved = network with { Dhcp = network.Dhcp! with { Hosts = [network.Dhcp.Hosts[0] with { Mac = PhysicalAddress.Parse("fa163e000099") }] } };
        await host.SyncAsync(new WantedHost([moved], []));
        var second = await host.AddGuestAsync(DeviceNames.Bridge(network.Id), "fa:16:3e:00:00:99");
        await second.DhcpAsync();

        Assert.Contains("10.0.0.70/26", await second.RunAsync("ip", "-4", "-br", "addr"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_dnsmasq_runs_again_soon()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []));
        var pid = ReadPid(host, network);
        await using var keeping = host.Keep(new WantedHost([network], []));

        await host.RunAsync("kill", "-KILL", pid);
        var next = await Host.EventuallyAsync("another dnsmasq", () =>
            Task.FromResult(File.Exists(PidFile(host, network)) && ReadPid(host, network) is { Length: > 0 } now && now != pid ? now : null));

        Assert.Contains(network.Id, await File.ReadAllTextAsync($"/proc/{next}/cmdline"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_network_that_cannot_be_made_does_not_stop_the_others()
    {
        await using var host = new Host();
        var (bad, good) = (Wanted.Network(), Wanted.Network());
        var foreign = DeviceNames.HostEnd(bad.Dhcp!.PortId);
        await host.RunAsync("ip", "link", "add", foreign, "type", "bridge");
        try
        {
            var report = await host.Plumber.SyncAsync(new WantedHost([bad, good], []), TestContext.Current.CancellationToken);

            var failure = Assert.Single(report.Failures);
            Assert.Equal(bad.Id, failure.Unit.Id);
            Assert.Equal($"{foreign} exists on this host and was not made by us", failure.Failure);
            Assert.True(File.Exists(PidFile(host, good)));
        }
        finally
        {
            await host.RunAsync("ip", "link", "del", foreign);
        }
    }

    private static string PidFile(Host host, WantedNetwork network) => Path.Combine(host.State, "dhcp", network.Id, "pid");

    private static string ReadPid(Host host, WantedNetwork network) => File.ReadAllText(PidFile(host, network)).Trim();

    // Without the interface numbers, which change when a device is made anew, and without the order, which the kernel chooses.
    private static async Task<string> PictureAsync(Host host, string name)
    {
        var text = await host.RunAsync("ip", "-n", name, "-br", "addr") + await host.RunAsync("ip", "-n", name, "route") + await host.RunAsync("ip", "-n", name, "-6", "route");
        var words = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('@')[0]);
        return string.Join('\n', words.Order(StringComparer.Ordinal));
    }
}
