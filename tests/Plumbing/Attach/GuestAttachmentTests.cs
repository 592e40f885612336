using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Tests.Support;
using static Firstlight.Plumbing.Tests.Attach.GuardedNetwork;

namespace Firstlight.Plumbing.Tests.Attach;

public sealed class GuestAttachmentTests
{
    [Fact]
    public async Task A_tap_stands_in_the_bridge_with_the_networks_mtu_and_can_be_made_twice_and_taken_away_twice()
    {
        await using var network = await StartAsync();
        var port = network.Port("fa:16:3e:00:00:72", "10.0.0.72");
        await network.SyncAsync(network.VictimPort, network.MalloryPort, port);
        var wanted = new GuestDevice { Port = port, Mtu = network.Network.Mtu, User = "root" };
        var device = DeviceNames.HostEnd(port.Id);

        await network.Attachment.AttachAsync(wanted, TestContext.Current.CancellationToken);
        await network.Attachment.AttachAsync(wanted, TestContext.Current.CancellationToken);

        var shown = await network.Host.RunAsync("ip", "-d", "link", "show", "dev", device);
        Assert.Contains($"mtu {network.Network.Mtu} ", shown, StringComparison.Ordinal);
        Assert.Contains($"master {network.Bridge} ", shown, StringComparison.Ordinal);
        Assert.Contains("persist on user root", shown, StringComparison.Ordinal);
        Assert.True(GuestAttachment.IsPlugged(port.Id, port.NetworkId));
        Assert.DoesNotContain("inet", await network.Host.RunAsync("ip", "addr", "show", "dev", device), StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<AttachException>(
            () => network.Attachment.AttachAsync(wanted with { Kind = GuestDeviceKind.Veth }, TestContext.Current.CancellationToken));
        Assert.Contains("is no veth", other.Message, StringComparison.Ordinal);

        Assert.True(await network.Attachment.DetachAsync(port.Id, TestContext.Current.CancellationToken));
        Assert.False(await network.Attachment.DetachAsync(port.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_port_the_agent_has_not_taken_in_is_not_plugged_in()
    {
        await using var network = await StartAsync();
        var port = network.Port("fa:16:3e:00:00:72", "10.0.0.72");
        var attachment = new GuestAttachment(network.Host.State, TimeProvider.System) { WaitForAgent = TimeSpan.Zero };

        var unknown = await Assert.ThrowsAsync<AttachException>(
            () => attachment.AttachAsync(new GuestDevice { Port = port, Mtu = 1500 }, TestContext.Current.CancellationToken));
        Assert.Contains("is not guarded yet", unknown.Message, StringComparison.Ordinal);

        var nowhere = await Assert.ThrowsAsync<AttachException>(
            () => attachment.AttachAsync(new GuestDevice { Port = port with { NetworkId = Guid.NewGuid().ToString() }, Mtu = 1500 }, TestContext.Current.CancellationToken));
        Assert.StartsWith("there is no bridge brq", nowhere.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/sys/class/net/{DeviceNames.HostEnd(port.Id)}"));
        var ours = await Assert.ThrowsAsync<AttachException>(
            () => attachment.AttachAsync(new GuestDevice { Port = port with { Trust = PortTrust.Infrastructure }, Mtu = 1500 }, TestContext.Current.CancellationToken));
        Assert.Contains("the cloud's own", ours.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tap_of_no_known_port_is_shut_off_in_our_bridges_and_left_alone_in_others()
    {
        await using var network = await StartAsync();
        var (stranger, bridge) = (Guid.NewGuid().ToString("N")[..8], "opbr" + Guid.NewGuid().ToString("N")[..8]);
        var inside = await network.Host.AddNamespaceAsync();
        await PlugByHandAsync(network, inside, $"tap{stranger}", network.Bridge);
        await AddAsync(inside, MalloryV4.Replace("71", "99", StringComparison.Ordinal));
        await inside.RunAsync("ip", "route", "add", "169.254.169.254", "via", DhcpV4);

        Assert.Equal("", await AskAsync(inside, "10.0.0.99"));

        // A turn sees it and keeps the bridge from learning off it, too.
        await network.SyncAsync(network.VictimPort, network.MalloryPort);
        await Frames.SendAsync(inside, Frames.ArpRequest(VictimMac, VictimMac, "10.0.0.99", "10.0.0.98"));
        Assert.NotEqual($"tap{stranger}", await network.LearnedAtAsync(VictimMac));
        await network.AssertVictimServedAsync();

        var (left, right) = (await network.Host.AddNamespaceAsync(), await network.Host.AddNamespaceAsync());
        await network.Host.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        try
        {
            await network.Host.RunAsync("ip", "link", "set", bridge, "up");
            await PlugByHandAsync(network, left, $"tapl{stranger}", bridge);
            await PlugByHandAsync(network, right, $"tapr{stranger}", bridge);
            await AddAsync(left, "10.0.0.1");
            await AddAsync(right, "10.0.0.2");
            await PingAsync(left, "10.0.0.2");
        }
        finally
        {
            await network.Host.RunAsync("ip", "link", "del", bridge);
        }
    }

    [Fact]
    public async Task Guests_are_plugged_in_again_when_their_bridge_was_deleted()
    {
        await using var network = await StartAsync();
        await network.Host.RunAsync("ip", "link", "del", network.Bridge);

        await network.Host.SyncAsync(network.WantedHost);

        await network.AssertVictimServedAsync();
        Assert.Equal("metadata", await AskAsync(network.Mallory, MalloryV4, seconds: 10));
    }

    [Fact]
    public async Task A_guard_that_someone_changed_is_put_back_within_a_turn()
    {
        await using var network = await StartAsync();
        var table = GuestAttachment.GuardTable(network.Host.State);
        var before = await ListAsync(network, table);
        string[][] breaks =
        [
            ["flush", "table", "bridge", table],
            ["delete", "table", "bridge", table],
            ["flush", "set", "bridge", table, "guest_ip4"],
            ["add", "element", "bridge", table, "guest_ip4", $"{{ \"{DeviceNames.HostEnd(network.MalloryPort.Id)}\" . {MalloryMac} . {VictimV4} }}"],
            ["insert", "rule", "bridge", table, "guest", "accept"],
            ["add", "set", "bridge", table, "more", "{ type ipv4_addr ; }"],
        ];
        foreach (var broken in breaks)
        {
            await network.Host.RunAsync("nft", broken);
            var state = network.Attachment.Guard(network.VictimPort);

            Assert.True((await network.Host.SyncAsync(network.WantedHost)).Changed, string.Join(' ', broken));

            Assert.Equal(before, await ListAsync(network, table));
            Assert.True((network.Attachment.Guard(network.VictimPort)).IsGuarded, state.Reason);
            Assert.False((await network.Host.SyncAsync(network.WantedHost)).Changed);
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_guard_is_told_of_the_port_that_is_asked_for()
    {
        await using var network = await StartAsync();
        var table = GuestAttachment.GuardTable(network.Host.State);
        var device = DeviceNames.HostEnd(network.VictimPort.Id);
        (string[] Break, GuardFlaw Flaw, string Reason)[] breaks =
        [
            (["flush", "set", "bridge", table, "guest_ip4"], GuardFlaw.Addresses, $"does not let {device} use {VictimV4}"),
            (["flush", "set", "bridge", table, "guest_mac"], GuardFlaw.Addresses, $"does not let {device} use {Format.Mac(network.VictimPort.Mac)}"),
            (["delete", "element", "bridge", table, "port_devices", $"{{ \"{device}\" }}"], GuardFlaw.Device, $"{device} is not in table"),
            (["insert", "rule", "bridge", table, "guest", "accept"], GuardFlaw.Rules, "not as they were made"),
            (["delete", "table", "bridge", table], GuardFlaw.Rules, "there is no table"),
        ];
        foreach (var (broken, flaw, reason) in breaks)
        {
            await network.Host.RunAsync("nft", broken);
            var state = network.Attachment.Guard(network.VictimPort);
            Assert.Equal((false, false, flaw), (state.IsGuarded, state.IsOff, state.Flaw));
            Assert.Contains(reason, state.Reason, StringComparison.Ordinal);
            await network.Host.SyncAsync(network.WantedHost);
            Assert.Equal((true, GuardFlaw.None), (network.Attachment.Guard(network.VictimPort).IsGuarded, network.Attachment.Guard(network.VictimPort).Flaw));
        }

        // What someone let another's device do is no flaw of this one's.
        await network.Host.RunAsync("nft", "add", "element", "bridge", table, "guest_ip4", $"{{ \"{DeviceNames.HostEnd(network.MalloryPort.Id)}\" . {MalloryMac} . {VictimV4} }}");
        Assert.True(network.Attachment.Guard(network.VictimPort).IsGuarded);
    }

    [Fact]
    public async Task One_port_more_leaves_the_rules_as_they_stand_also_for_a_plumber_started_anew()
    {
        await using var network = await StartAsync();
        var table = GuestAttachment.GuardTable(network.Host.State);
        var rules = await network.Host.RunAsync("nft", "-a", "-t", "list", "table", "bridge", table);
        var port = network.Port("fa:16:3e:00:00:72", "10.0.0.72");

        network.Host.Restart();
        var report = await network.SyncAsync(network.VictimPort, network.MalloryPort, port);

        // Handles would differ had they been made anew.
        Assert.Equal(rules, await network.Host.RunAsync("nft", "-a", "-t", "list", "table", "bridge", table));
        Assert.All(report.Outcomes.SelectMany(o => o.Changes), change => Assert.Contains(DeviceNames.HostEnd(port.Id), change, StringComparison.Ordinal));
        Assert.True((network.Attachment.Guard(port)).IsGuarded);

        await network.SyncAsync(network.VictimPort, network.MalloryPort);
        Assert.False((network.Attachment.Guard(port)).IsGuarded);
    }

    private static async Task<string> ListAsync(GuardedNetwork network, string table)
    {
        // Elements come in the order of the kernel's hash.
        var words = (await network.Host.RunAsync("nft", "list", "table", "bridge", table)).Split((char[])[' ', '\n', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Order(StringComparer.Ordinal));
    }

    private static async Task PlugByHandAsync(GuardedNetwork network, Guest guest, string device, string bridge)
    {
        await network.Host.RunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", guest.Name);
        await network.Host.RunAsync("ip", "link", "set", device, "master", bridge, "up");
        await guest.RunAsync("ip", "link", "set", "eth0", "up");
    }
}
