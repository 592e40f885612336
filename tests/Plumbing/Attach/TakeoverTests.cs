using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Tests.Support;
using static Firstlight.Plumbing.Tests.Attach.GuardedNetwork;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>A guest that takes what is its neighbour's, with real packets.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public async Task Guarded_guests_do_all_that_guests_do()
    {
        await using var network = await StartAsync();
        var (victim, mallory) = (network.Victim, network.Mallory);

        await victim.RunAsync("ip", "-4", "addr", "flush", "dev", "eth0");
        await victim.DhcpAsync();
        Assert.Contains($"{VictimV4}/26", await victim.RunAsync("ip", "-4", "-br", "addr", "show", "eth0"), StringComparison.Ordinal);
        await network.AssertVictimServedAsync();
        Assert.Equal("metadata", await AskAsync(mallory, MalloryV4, seconds: 10));
        Assert.Equal("metadata", await AskAsync(mallory, MalloryLinkLocal, "fe80::a9fe:a9fe", seconds: 10));
        await PingAsync(mallory, VictimV4);
        await PingAsync(mallory, VictimV6);
        await PingAsync(mallory, $"{VictimLinkLocal}%eth0");

        // In fragments, too.
        await PingAsync(mallory, VictimV4, bytes: 4000);
        await PingAsync(mallory, VictimV6, bytes: 4000);
    }

    [Fact]
    public async Task A_guarded_guest_leases_asks_again_and_gives_back_with_the_isc_client()
    {
        await using var network = await StartAsync();
        var (guest, state) = (network.Mallory, network.Host.State);
        var (script, told, leases, pid) = ($"{state}/isc-script", $"{state}/isc-told", $"{state}/isc-leases", $"{state}/isc-pid");
        await File.WriteAllTextAsync(
            script, $"#!/bin/sh\n[ -z \"$new_ip_address\" ] || ip addr replace \"$new_ip_address/26\" dev eth0\necho $reason $new_ip_address $new_rfc3442_classless_static_routes >>{told}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] files = ["-sf", script, "-lf", leases, "-pf", pid];
        await guest.RunAsync("ip", "-4", "addr", "flush", "dev", "eth0");

        await guest.RunAsync("dhclient", ["-4", "-1", "-q", .. files, "eth0"]);
        Assert.Contains($"BOUND {MalloryV4} 32 169 254 169 254 10 0 0 65", await File.ReadAllTextAsync(told), StringComparison.Ordinal);
        await guest.RunAsync("dhclient", ["-4", "-x", "-q", "-sf", "/bin/true", .. files[2..], "eth0"]);
        await guest.RunAsync("dhclient", ["-4", "-1", "-q", .. files, "eth0"]);
        Assert.Contains($"REBOOT {MalloryV4}", await File.ReadAllTextAsync(told), StringComparison.Ordinal);
        await guest.RunAsync("dhclient", ["-4", "-r", "-q", .. files, "eth0"]);

        var kept = Path.Combine(state, "dhcp", network.Network.Id, "leases");
        await Host.EventuallyAsync("the lease given back", async () => (await File.ReadAllTextAsync(kept)).Contains($" {MalloryV4} ", StringComparison.Ordinal) ? null : "gone");
    }

    [Fact]
    public async Task A_neighbours_address_gets_nothing()
    {
        await using var network = await StartAsync();
        await AddAsync(network.Mallory, VictimV4);
        await AddAsync(network.Mallory, VictimV6);
        await AddAsync(network.Mallory, VictimLinkLocal);

        Assert.Equal("", await AskAsync(network.Mallory, VictimV4));
        Assert.Equal("", await AskAsync(network.Mallory, VictimLinkLocal, "fe80::a9fe:a9fe"));
        Assert.Equal("", await AskAsync(network.Mallory, VictimV6, DhcpV6));
        await network.AssertVictimServedAsync();
        Assert.Equal("metadata", await AskAsync(network.Victim, VictimV6, DhcpV6, seconds: 10));
    }

    [Fact]
    public async Task A_neighbours_mac_gets_nothing_and_the_bridge_learns_nothing()
    {
        await using var network = await StartAsync();
        await network.AssertVictimServedAsync();
        var tap = DeviceNames.HostEnd(network.VictimPort.Id);
        Assert.Equal(tap, await network.LearnedAtAsync(VictimMac));

        await network.Mallory.RunAsync("ip", "link", "set", "eth0", "address", VictimMac);
        await network.Mallory.RunAsync("ip", "addr", "flush", "dev", "eth0");
        foreach (var address in new[] { VictimV4, VictimV6, VictimLinkLocal }) await AddAsync(network.Mallory, address);
        await network.Mallory.RunAsync("ip", "route", "replace", "169.254.169.254", "via", DhcpV4);

        Assert.Equal("", await AskAsync(network.Mallory, VictimV4));
        Assert.Equal("", await AskAsync(network.Mallory, VictimLinkLocal, "fe80::a9fe:a9fe"));
        Assert.Equal(tap, await network.LearnedAtAsync(VictimMac));
        await network.AssertVictimServedAsync();
    }

    [Fact]
    public async Task A_neighbours_mac_with_an_own_address_gets_nothing()
    {
        await using var network = await StartAsync();
        await network.Mallory.RunAsync("ip", "link", "set", "eth0", "address", VictimMac);
        await network.Mallory.RunAsync("ip", "route", "replace", "169.254.169.254", "via", DhcpV4);

        Assert.Equal("", await AskAsync(network.Mallory, MalloryV4));
        await network.AssertVictimServedAsync();
    }

    [Fact]
    public async Task Frames_to_reserved_groups_teach_the_bridge_no_foreign_mac()
    {
        await using var network = await StartAsync();
        await network.AssertVictimServedAsync();
        var tap = DeviceNames.HostEnd(network.VictimPort.Id);

        // Such frames go past the hook others take, and the bridge learns from them all the same.
        byte[] lldp = [2, 7, 4, 1, 2, 3, 4, 5, 6, 4, 2, 5, 1, 6, 2, 0, 120, 0, 0];
        await Frames.SendAsync(
            network.Mallory,
            [.. new[] { "01:80:c2:00:00:00", "01:80:c2:00:00:03", "01:80:c2:00:00:0e" }.Select(to => Frames.Ethernet(to, VictimMac, 0x88cc, lldp))]);

        Assert.Equal(tap, await network.LearnedAtAsync(VictimMac));
        await network.AssertVictimServedAsync();
    }

    [Fact]
    public async Task Neighbours_keep_the_right_entry_while_lies_are_told()
    {
        await using var network = await StartAsync();
        await network.AssertVictimServedAsync();
        await PingAsync(network.Victim, DhcpV6);

        await Frames.SendAsync(
            network.Mallory,
            Frames.ArpReply(MalloryMac, DhcpMac, MalloryMac, VictimV4, DhcpV4), Frames.ArpRequest(MalloryMac, MalloryMac, VictimV4, VictimV4),
            Frames.NeighbourAdvertisement(DhcpMac, MalloryMac, VictimV6, DhcpV6, VictimV6, MalloryMac),
            Frames.NeighbourAdvertisement("33:33:00:00:00:01", MalloryMac, MalloryV6, "ff02::1", VictimV6, MalloryMac));
        await PingAsync(network.Mallory, DhcpV4);

        var known = await network.Host.RunAsync("ip", "-n", network.DhcpNamespace, "neigh", "show");
        Assert.Contains($"{VictimV4} dev {DeviceNames.DhcpEnd(network.Network.Dhcp!.PortId)} lladdr {VictimMac}", known, StringComparison.Ordinal);
        Assert.Contains($"{VictimV6} dev {DeviceNames.DhcpEnd(network.Network.Dhcp!.PortId)} lladdr {VictimMac}", known, StringComparison.Ordinal);
        await network.AssertVictimServedAsync();
    }

    [Fact]
    public async Task A_guest_that_shouts_its_neighbours_addresses_without_end_gets_none_of_its_packets()
    {
        await using var network = await StartAsync();

        Assert.Equal(0, await AstrayAsync(network));
    }

    [Fact]
    public async Task Shouting_would_draw_a_neighbours_packets_were_it_not_for_the_guard()
    {
        await using var network = await StartAsync(p => p with { Trust = Plumbing.Attach.PortTrust.Unguarded });

        Assert.NotEqual(0, await AstrayAsync(network));
    }

    [Theory]
    [InlineData(Plumbing.Attach.PortTrust.Guarded, false)]
    [InlineData(Plumbing.Attach.PortTrust.Unguarded, true)]
    public async Task A_guests_own_dhcp_server_is_heard_only_where_its_port_security_is_off(Plumbing.Attach.PortTrust trust, bool isHeard)
    {
        // The network's own server knows this guest's MAC not, and leaves it to whoever else would answer.
        await using var network = await StartAsync(p => p with { Trust = trust });
        var port = network.Port("fa:16:3e:00:00:72", "10.0.0.72");
        await network.SyncAsync(network.VictimPort, network.MalloryPort, port);
        var newcomer = await network.PlugAsync(port, "10.0.0.72");
        await AddAsync(network.Mallory, "10.0.0.90");
        using var rogue = await Rogue.StartAsync(network.Mallory, network.Host.State);

        var lease = await newcomer.TryAsync("busybox", "udhcpc", "-i", "eth0", "-q", "-n", "-f", "-t", "3", "-T", "1", "-s", "/bin/true");

        Assert.True(isHeard == (lease.ExitCode == 0), $"{lease.Output}\n{lease.Error}\n{rogue.Said}");
        Assert.Equal(isHeard, lease.Error.Contains("10.0.0.9", StringComparison.Ordinal));
    }

    // The neighbour's own answers, as the thief hears them while it claims all of its addresses and everybody has forgotten who is where.
    private static async Task<int> AstrayAsync(GuardedNetwork network)
    {
        using var shouting = await Shouter.StartAsync(
            network.Mallory,
            Frames.ArpReply(MalloryMac, DhcpMac, MalloryMac, VictimV4, DhcpV4), Frames.ArpRequest(MalloryMac, MalloryMac, VictimV4, VictimV4),
            Frames.NeighbourAdvertisement(DhcpMac, MalloryMac, VictimV6, DhcpV6, VictimV6, MalloryMac),
            Frames.NeighbourAdvertisement(DhcpMac, MalloryMac, VictimLinkLocal, "fe80::a9fe:a9fe", VictimLinkLocal, MalloryMac));
        using var astray = await Capture.StartAsync(network.Mallory.Name, $"ether dst {MalloryMac} and (dst host {VictimV4} or dst host {VictimV6} or dst host {VictimLinkLocal})", packets: 1000);
        for (var i = 0; i < 10; i++)
        {
            await network.Host.RunAsync("ip", "-n", network.DhcpNamespace, "neigh", "flush", "all");
            await AskAsync(network.Victim, VictimV4);
            await AskAsync(network.Victim, VictimLinkLocal, "fe80::a9fe:a9fe");
        }

        if (network.MalloryPort.Trust == Plumbing.Attach.PortTrust.Guarded) await network.AssertVictimServedAsync();
        return await astray.StopAsync();
    }

    [Fact]
    public async Task A_port_whose_security_is_off_may_send_anything_and_an_operator_knows()
    {
        await using var network = await StartAsync(p => p with { Trust = Plumbing.Attach.PortTrust.Unguarded });
        await AddAsync(network.Mallory, "10.0.0.99");

        Assert.Equal("metadata", await AskAsync(network.Mallory, "10.0.0.99", seconds: 10));
        var state = network.Attachment.Guard(network.MalloryPort);
        Assert.Equal((false, true, "its port security is off"), (state.IsGuarded, state.IsOff, state.Reason));
    }

    [Fact]
    public async Task An_allowed_pair_is_an_address_to_be_reached_at_but_never_to_ask_for_metadata_from()
    {
        await using var network = await StartAsync(p => p with
        {
            Pairs = [new(System.Net.IPNetwork.Parse("10.0.0.100/32"), null), new(System.Net.IPNetwork.Parse("fd00:b::/96"), null), new(System.Net.IPNetwork.Parse("fd00:b::100/128"), null)],
        });
        foreach (var address in new[] { "10.0.0.100", "fd00:b::100" }) await AddAsync(network.Mallory, address);

        await PingAsync(network.Victim, "10.0.0.100");
        await PingAsync(network.Victim, "fd00:b::100");
        Assert.Equal("", await AskAsync(network.Mallory, "10.0.0.100"));
        Assert.Equal("metadata", await AskAsync(network.Mallory, MalloryV4, seconds: 10));
    }
}
