using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>A plan says what a turn would do, and does nothing.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task A_plan_for_an_empty_host_names_everything_and_leaves_it_empty()
    {
        await using var host = new Host();
        var network = Wanted.Network(withV6: true, metadataV6: true);
        var router = Wanted.Router(network, advertise: true);
        var plan = await PlanAsync(host, new WantedHost([network], [router]));

        Assert.Equal([UnitAction.Make, UnitAction.Make], plan.Units.Select(u => u.Action));
        Assert.All(plan.Units, u => Assert.Null(u.Problem));
        var steps = string.Join('\n', plan.Units.SelectMany(u => u.Changes));
        Assert.Contains($"link add name {DeviceNames.Bridge(network.Id)} ", steps, StringComparison.Ordinal);
        Assert.Contains($"netns add {DeviceNames.DhcpNamespace(network.Id)}", steps, StringComparison.Ordinal);
        Assert.Contains("addr add 10.0.0.65/26", steps, StringComparison.Ordinal);
        Assert.Contains("replace table inet firstlight", steps, StringComparison.Ordinal);
        Assert.Contains("start dnsmasq", steps, StringComparison.Ordinal);
        var machine = await host.RunAsync("ip", "-br", "link") + await host.RunAsync("ip", "netns", "list");
        Assert.All(new[] { network.Id[..11], router.Id[..11], network.Dhcp!.PortId[..11] }, id => Assert.DoesNotContain(id, machine, StringComparison.Ordinal));
        Assert.False(Directory.Exists(host.State));
        await host.SyncAsync(WantedHost.Empty);
    }

    [Fact]
    public async Task A_plan_for_a_host_in_order_adopts_everything_also_beside_the_process_that_keeps_it()
    {
        await using var site = await Site.BuildAsync();
        await using var keeping = site.Host.Keep(site.Wanted);
        using var other = site.Host.NewPlumber();

        var plan = await other.PlanAsync(site.Wanted, TestContext.Current.CancellationToken);

        Assert.True(plan.IsInOrder, string.Join('\n', plan.Units.SelectMany(u => u.Changes.Append(u.Problem))));
        Assert.Equal(4, plan.Units.Length);
    }

    [Theory]
    [InlineData("ip -n {dhcp} addr del 10.0.0.65/26 dev {ns}")]
    [InlineData("ip -n {dhcp} route del default")]
    [InlineData("ip link del {tap}")]
    [InlineData("ip link del {bridge}")]
    [InlineData("ip netns del {router}")]
    [InlineData("nsenter --net=/run/netns/{router} -- nft flush ruleset")]
    [InlineData("nsenter --net=/run/netns/{router} -- sysctl -qw net.ipv4.ip_forward=0")]
    [InlineData("nft delete table bridge {guard}")]
    [InlineData("rm {state}/dhcp/{network}/opts")]
    public async Task What_is_planned_for_a_break_is_what_the_next_turn_does(string command)
    {
        await using var site = await Site.BuildAsync();
        await site.RunAsync(command);
        var before = await site.PictureAsync();

        var plan = await PlanAsync(site.Host, site.Wanted);

        Assert.Equal(before, await site.PictureAsync());
        var planned = plan.Units.SelectMany(u => u.Changes.Select(c => $"{u.Unit} {c}")).ToList();
        Assert.NotEmpty(planned);
        var done = (await site.Host.SyncAsync(site.Wanted)).Outcomes.SelectMany(o => o.Changes.Select(c => $"{o.Unit} {c}"));
        Assert.Equal(planned.Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_goes_is_planned_to_be_removed_and_what_would_fail_says_why()
    {
        await using var host = new Host();
        var (goes, fails) = (Wanted.Network(), Wanted.Network());
        await host.SyncAsync(new WantedHost([goes], []));
        var foreign = DeviceNames.HostEnd(fails.Dhcp!.PortId);
        await host.RunAsync("ip", "link", "add", foreign, "type", "bridge");
        try
        {
            var plan = await PlanAsync(host, new WantedHost([fails], []));

            Assert.Equal([(goes.Id, UnitAction.Remove), (fails.Id, UnitAction.Make)], plan.Units.Select(u => (u.Unit.Id, u.Action)));
            Assert.Contains($"remove namespace {DeviceNames.DhcpNamespace(goes.Id)}", plan.Units[0].Changes);
            Assert.Equal($"{foreign} exists on this host and was not made by us", plan.Units[1].Problem);
            Assert.False((await host.SyncAsync(new WantedHost([goes], []))).Changed);
        }
        finally
        {
            await host.RunAsync("ip", "link", "del", foreign);
        }
    }

    private static Task<PlanReport> PlanAsync(Host host, WantedHost wanted) => host.Plumber.PlanAsync(wanted, TestContext.Current.CancellationToken);
}
