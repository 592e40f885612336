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
        var hand = new Hand(host.Runner);
        var work = new PortWork(new IpTool(hand), devices, journal, new PortGuardTable(hand, host.Runner, host.State));
        await work.GuardAsync(new WantedHost([network], []) { Ports = [] }, [], TestContext.Current.CancellationToken);

        var (fell, ended) = (false, false);
        var watching = Task.Run(() =>
        {
            while (!Volatile.Read(ref ended)) fell |= !work.Stands;
        }, TestContext.Current.CancellationToken);
        for (var look = 0; look < 50; look++) await work.GuardAsync(new WantedHost([network], []) { Ports = [] }, [], TestContext.Current.CancellationToken);
        Volatile.Write(ref ended, true);
        await watching;

        Assert.False(fell);
    }
}
