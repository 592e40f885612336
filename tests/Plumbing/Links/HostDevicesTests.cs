using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Links;

public sealed class HostDevicesTests
{
    // More than are asked for one by one.
    private const int Many = 100;

    // Each changes what is known of one device, and nothing else tells of it.
    [Theory]
    [InlineData("link set dev {0} mtu 1300")]
    [InlineData("link set dev {0} up")]
    [InlineData("link set dev {0} address fa:16:3e:00:00:77")]
    [InlineData("link set dev {0} master {1}")]
    [InlineData("link set dev {0} name {2}")]
    [InlineData("link del dev {0}")]
    public async Task A_change_is_seen_by_the_next_question_however_many_were_asked_before(string change)
    {
        await using var host = new Host();
        var (device, bridge, other) = (host.NewDevice(), host.NewDevice(), host.NewDevice());
        await host.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        await host.RunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", host.NewDevice());
        using var devices = new HostDevices();
        var before = Ask(devices, device);
        Assert.NotNull(before);

        await host.RunAsync("ip", string.Format(null, change, device, bridge, other).Split(' '));

        var after = devices.Find(device);
        using var fresh = new HostDevices();
        Assert.NotEqual(before, after);
        Assert.Equal(fresh.Find(device), after);
        Assert.Equal(fresh.Find(device), Ask(devices, device));
        Assert.Equal(fresh.Has(other), devices.Has(other));
    }

    [Fact]
    public async Task A_device_that_is_made_is_seen_by_the_next_question()
    {
        await using var host = new Host();
        var device = host.NewDevice();
        using var devices = new HostDevices();
        Assert.Null(Ask(devices, device));

        await host.RunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", host.NewDevice());

        Assert.True(devices.Has(device));
        Assert.Contains(device, devices.All().Select(d => d.Name));
        Assert.Equal([device], devices.Find(["nowhere0", device]).Select(d => d.Name));
    }

    // Changes come faster than they are asked about: more notices wait than the kernel keeps.
    [Fact]
    public async Task Changes_of_which_the_kernel_lost_notices_are_seen()
    {
        await using var host = new Host();
        var device = host.NewDevice();
        await host.RunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", host.NewDevice());
        using var devices = new HostDevices();
        Ask(devices, device);

        var lines = Enumerable.Range(0, 4000).Select(i => $"link set dev {device} mtu {1000 + (i % 2)}").Append($"link set dev {device} mtu 1234");
        await host.Runner.RunAsync(new ProcessCall("test", "ip", ["-batch", "-"], string.Join('\n', lines) + '\n'), TestContext.Current.CancellationToken);

        Assert.Equal(1234, devices.Find(device)?.Mtu);
    }

    [Fact]
    public async Task What_is_answered_from_all_is_what_is_answered_to_a_single_question()
    {
        await using var host = new Host();
        var (device, bridge) = (host.NewDevice(), host.NewDevice());
        await host.RunAsync("ip", "link", "add", bridge, "type", "bridge");
        await host.RunAsync("ip", "link", "add", device, "mtu", "1400", "type", "veth", "peer", "name", host.NewDevice());
        await host.RunAsync("ip", "link", "set", device, "master", bridge, "up");
        using var devices = new HostDevices();

        var alone = devices.Find(device);

        Assert.Equal(bridge, alone?.Master);
        Assert.Equal(alone, Ask(devices, device));
    }

    // Written where there is no program to say it: of a bridge that is up the kernel tells of that as well.
    [Fact]
    public async Task What_a_bridge_learns_is_seen_as_it_changes()
    {
        await using var host = new Host();
        var bridge = host.NewDevice();
        await host.RunAsync("ip", "link", "add", bridge, "up", "type", "bridge");
        using var devices = new HostDevices();
        Assert.False(Ask(devices, bridge)?.RefusesReserved);

        await File.WriteAllTextAsync($"/sys/class/net/{bridge}/bridge/no_linklocal_learn", "1", TestContext.Current.CancellationToken);
        Assert.True(devices.Find(bridge)?.RefusesReserved);
        Assert.True(Ask(devices, bridge)?.RefusesReserved);

        await File.WriteAllTextAsync($"/sys/class/net/{bridge}/bridge/no_linklocal_learn", "0", TestContext.Current.CancellationToken);
        Assert.False(devices.Find(bridge)?.RefusesReserved);
    }

    private static Device? Ask(HostDevices devices, string name)
    {
        for (var question = 0; question < Many; question++) devices.Find(name);
        return devices.Find(name);
    }
}
