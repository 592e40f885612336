using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Neutron's unmodified DHCP and L3 agents make, change and delete networks and routers, and ours serves them: no haproxy runs anywhere.</summary>
[Collection(NeutronLabCollection.Name)]
public sealed class NeutronAgentsTests(NeutronLab lab, ITestOutputHelper output)
{
    private const string Document = "/openstack/latest/meta_data.json";

    [Fact]
    public async Task Networks_and_routers_come_change_and_go_without_a_haproxy()
    {
        await lab.WireAsync(Wiring.OurListeners);
        var plain = await lab.GuestAsync("plain");
        await Eventually.TrueAsync(plain.IsServedAsync, "a guest of before is served");
        var before = (Namespaces: lab.Host.Namespaces(), Proxies: lab.Proxies().Count);
        Assert.Empty(await lab.HaproxiesAsync());

        await using var cloud = new OwnNetwork(lab);
        await cloud.CreateAsync("10.77.0.0/24");
        var guest = await cloud.GuestAsync("nosecgroup", viaRouter: false);
        await ServedAsync(guest, "nosecgroup", "a guest of a new network");

        // The agents start the network's DHCP anew for it.
        await cloud.AddSubnetAsync("10.78.0.0/24");
        var second = await cloud.GuestAsync("bfv", viaRouter: false);
        await ServedAsync(second, "bfv", "a guest of a subnet added later");
        await lab.Neutron.PutAsync($"subnets/{cloud.Subnets[0]}", new JsonObject { ["subnet"] = new JsonObject { ["dns_nameservers"] = new JsonArray("192.0.2.53") } });
        await ServedAsync(guest, "nosecgroup", "a guest of a subnet that was changed");

        await cloud.AddRouterAsync(cloud.Subnets[0]);
        var routed = await cloud.GuestAsync("blockdev", viaRouter: true, subnet: 0);
        await ServedAsync(routed, "blockdev", "a guest behind a new router");
        Assert.Contains($"qrouter-{cloud.Router}", lab.Host.Namespaces());
        var listeners = JsonElement.Parse(await lab.StatusAsync()).GetProperty("listeners").EnumerateArray().Where(l => l.GetProperty("scope_id").GetString() == cloud.Router);
        Assert.True(listeners.Sum(l => l.GetProperty("requests").GetInt64()) > 0, "the router's listener served it");
        await ServedAsync(guest, "nosecgroup", "a guest of the network that has a router now");

        await cloud.RemoveRouterAsync();
        await GoneAsync($"qrouter-{cloud.Router}", cloud.Router!);
        await ServedAsync(guest, "nosecgroup", "a guest of the network whose router is gone");
        Assert.Empty(await lab.HaproxiesAsync());

        await cloud.DeleteAsync();
        await GoneAsync($"qdhcp-{cloud.Network}", cloud.Network!);
        Assert.Equal(before.Namespaces, lab.Host.Namespaces());
        Assert.Equal(before.Proxies, lab.Proxies().Count);
        await Eventually.TrueAsync(plain.IsServedAsync, "a guest of before is served still");
    }

    private async Task ServedAsync(LabGuest guest, string instance, string what)
    {
        var begun = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(guest.IsServedAsync, $"{what} is served");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} is served {Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s after its device is taken"));
        Assert.Contains(InstanceIds.Of(instance), (await guest.AskAsync("GET", Document)).Text, StringComparison.Ordinal);
    }

    private async Task GoneAsync(string @namespace, string id)
    {
        await Eventually.TrueAsync(() => Task.FromResult(!lab.Host.Namespaces().Contains(@namespace)), $"{@namespace} is gone");
        await Eventually.TrueAsync(() => Task.FromResult(!lab.Host.Processes().Any(p => p.CommandLine.Contains(id, StringComparison.Ordinal))), $"no process of {id} is left");
        await Eventually.TrueAsync(async () => !(await lab.StatusAsync()).Contains(id, StringComparison.Ordinal), $"no listener of {id} is left");
        Assert.DoesNotContain(Directory.EnumerateFiles(lab.Services.At("stand-in")), f => Path.GetFileName(f).Contains(id, StringComparison.Ordinal));
    }
}
