using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class PortWorkTests
{
    [Fact]
    public async Task A_guard_that_is_looked_at_again_stands_meanwhile()
    {
        // Where it did not, a network that was looked at in that moment left its guests out of their bridge until somebody looked again, half a minute later.
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []) { Ports = [] });
        host.Restart();
        using var journal = Journal.Open(host.State);
        using var devices = new HostDevices();
        var work = Work(host, devices, journal);
        await work.GuardAsync(new WantedHost([network], []) { Ports = [] }, isHeard: false, [], TestContext.Current.CancellationToken);

        var (fell, ended) = (false, false);
        var watching = Task.Run(() =>
        {
            while (!Volatile.Read(ref ended)) fell |= !work.Stands;
        }, TestContext.Current.CancellationToken);
        for (var look = 0; look < 50; look++) await work.GuardAsync(new WantedHost([network], []) { Ports = [] }, isHeard: false, [], TestContext.Current.CancellationToken);
        Volatile.Write(ref ended, true);
        await watching;

        Assert.False(fell);
    }

    [Fact]
    public async Task A_device_is_shut_off_as_soon_as_its_port_goes_for_nobody_would_tell_of_it()
    {
        await using var host = new Host();
        var network = Wanted.Network();
        await host.SyncAsync(new WantedHost([network], []) { Ports = [] });
        host.Restart();
        var port = new WantedPort { Id = Guid.NewGuid().ToString(), NetworkId = network.Id, Mac = PhysicalAddress.Parse("fa163e000071") };
        var device = DeviceNames.HostEnd(port.Id);
        using var journal = Journal.Open(host.State);
        using var devices = new HostDevices();
        var work = Work(host, devices, journal);
        await work.GuardAsync(new WantedHost([network], []) { Ports = [port] }, isHeard: false, [], TestContext.Current.CancellationToken);
        await host.RunAsync("ip", "link", "add", device, "type", "veth", "peer", "name", $"fp{port.Id[..8]}");
        try
        {
            await host.RunAsync("ip", "link", "set", device, "master", DeviceNames.Bridge(network.Id));
            Assert.Equal("goto guest", Verdict());

            await work.GuardAsync(new WantedHost([network], []) { Ports = [] }, isHeard: true, [], TestContext.Current.CancellationToken);

            Assert.Equal("drop", Verdict());
        }
        finally
        {
            await host.TryAsync("ip", "link", "del", device);
        }

        string? Verdict()
        {
            using var rules = NetlinkSocket.Open(Netlink.NETLINK_NETFILTER);
            var elements = GuardReader.Read(rules, PortGuardRuleset.TableOf(host.State));
            return elements![GuardSet.PortDevices].SingleOrDefault(e => e.StartsWith($"\"{device}\"", StringComparison.Ordinal))?.Split(" : ")[1];
        }
    }

    private static PortWork Work(Host host, HostDevices devices, Journal journal)
    {
        var hand = new Hand(host.Runner);
        return new PortWork(new IpTool(hand), devices, journal, new PortGuardTable(hand, host.State));
    }
}
