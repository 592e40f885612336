using Firstlight.Cli.Views;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Links;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>Breaks on the way to fe80::a9fe:a9fe, by a DHCP namespace and by a router, and neighbours that take what is another's where nobody holds them back.</summary>
public sealed class DoctorIpv6Tests : IAsyncLifetime
{
    private readonly LabFixture _lab = new()
    {
        Cloud = """
            networks:
              - name: aviary
                project: aviary
                subnets:
                  - {name: aviary-v4, cidr: 10.20.0.0/24, gateway: none}
                  - {name: aviary-v6, cidr: "fd20::/64", gateway: none, ipv6_address_mode: slaac}
              - name: rookery
                project: aviary
                subnets:
                  - {name: rookery-v4, cidr: 10.21.0.0/24}
                  - {name: rookery-v6, cidr: "fd21::/64", ipv6_address_mode: slaac, ipv6_ra_mode: slaac}
            routers:
              - {name: roost, project: aviary, interfaces: [rookery-v4, rookery-v6]}
            servers:
              - {name: finch, project: aviary, ports: [{network: aviary, fixed_ips: [10.20.0.10, {subnet: aviary-v6}]}]}
              - {name: cuckoo, project: aviary, ports: [{network: aviary, fixed_ips: [10.20.0.11, {subnet: aviary-v6}], port_security: false}]}
              - {name: rook, project: aviary, ports: [{network: rookery, fixed_ips: [10.21.0.10, {subnet: rookery-v6}]}]}
            """,
    };

    private Cloud _cloud = Cloud.Empty;

    private string InventoryFile => Path.Combine(_lab.StatePath, "inventory.sqlite");

    public async ValueTask InitializeAsync()
    {
        await _lab.InitializeAsync();
        using var inventory = OwnInventory.Open(InventoryFile);
        _cloud = inventory.Read();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task Each_break_of_the_way_over_IPv6_and_each_takeover_is_named()
    {
        foreach (var guest in (string[])["finch", "cuckoo", "rook"]) await RightAsync(guest);
        await LostServerAsync();
        await TakenAsync();

        // With the agent dead nothing is mended behind the test's back.
        await Run.ProgramAsync("kill", "-KILL", $"{_lab.StandalonePid()}");
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{_lab.StandalonePid()}")), "the killed program is gone");
        await BrokenDhcpNamespaceAsync();
        await BrokenRouterAsync();
        await _lab.UpAsync();
        foreach (var guest in (string[])["finch", "cuckoo", "rook"]) await Eventually.TrueAsync(async () => (await AskAsync(guest, "--ipv6")).ExitCode == 0, $"{guest} is right again");
    }

    private async Task RightAsync(string guest)
    {
        foreach (var options in (string[][])[[], ["--ipv6"]])
        {
            var run = await AskAsync(guest, options);
            Assert.True(run.ExitCode == 0 && run.First is null, run.ToString());
        }
    }

    private async Task LostServerAsync()
    {
        var port = PortOf("finch");
        using (new InventoryBreak(InventoryFile, $"UPDATE ports SET device_id = '{Guid.NewGuid()}' WHERE id = '{port.Id}'", $"UPDATE ports SET device_id = '{port.DeviceId}' WHERE id = '{port.Id}'"))
            await NamedAsync(port.Id, "instance", "no server of the inventory");
    }

    // By one whose port security is off: the guard lets nobody else.
    private async Task TakenAsync()
    {
        var (finch, cuckoo) = (PortOf("finch"), PortOf("cuckoo"));
        var dhcp = Assert.Single(_cloud.Ports.Values, p => p.NetworkId == finch.NetworkId && p.DeviceOwner == DeviceOwners.Dhcp);
        var hop = dhcp.FixedIps.Select(f => f.Address.ToString()).Single(a => a.StartsWith("10.", StringComparison.Ordinal));

        await InGuestAsync("finch", "ip", "addr", "del", "10.20.0.10/24", "dev", "eth0");
        await InGuestAsync("cuckoo", "ip", "addr", "add", "10.20.0.10/24", "dev", "eth0");
        await DoAsync("ip", "-n", DeviceNames.DhcpNamespace(finch.NetworkId), "neigh", "flush", "all");
        await InGuestAsync("cuckoo", "busybox", "ping", "-c", "1", "-W", "5", "-I", "10.20.0.10", hop);
        Assert.Contains(CloudViews.MacText(cuckoo.Mac), (await NamedAsync("finch", "address", "has taken 10.20.0.10")).First!.Seen);
        await InGuestAsync("cuckoo", "ip", "addr", "del", "10.20.0.10/24", "dev", "eth0");
        await InGuestAsync("finch", "ip", "addr", "add", "10.20.0.10/24", "dev", "eth0");
        await InGuestAsync("finch", "busybox", "ping", "-c", "1", "-W", "5", hop);

        await InGuestAsync("cuckoo", "ip", "link", "set", "dev", "eth0", "address", CloudViews.MacText(finch.Mac));
        await Run.InNamespaceAsync(_lab.Guest("cuckoo"), "busybox", "ping", "-c", "1", "-W", "1", hop);
        Assert.Contains(DeviceNames.HostEnd(cuckoo.Id), (await NamedAsync("finch", "guest", "uses this guest's MAC")).First!.Seen);
        await InGuestAsync("cuckoo", "ip", "link", "set", "dev", "eth0", "address", CloudViews.MacText(cuckoo.Mac));
        await InGuestAsync("finch", "busybox", "ping", "-c", "1", "-W", "5", hop);
    }

    private async Task BrokenDhcpNamespaceAsync()
    {
        var finch = PortOf("finch");
        var name = DeviceNames.DhcpNamespace(finch.NetworkId);
        var device = DeviceNames.DhcpEnd(_cloud.Ports.Values.Single(p => p.NetworkId == finch.NetworkId && p.DeviceOwner == DeviceOwners.Dhcp).Id);
        await DoAsync("ip", "-n", name, "addr", "del", "fe80::a9fe:a9fe/64", "dev", device);
        await NamedAsync("finch", "address", "nobody answers", "--ipv6");
        await DoAsync("ip", "-n", name, "addr", "add", "fe80::a9fe:a9fe/64", "dev", device, "nodad");
        Assert.Equal("agent", (await AskAsync("finch", "--ipv6")).First?.Hop);
    }

    private async Task BrokenRouterAsync()
    {
        var router = Assert.Single(_cloud.Routers.Keys);
        var name = DeviceNames.RouterNamespace(router);
        var leg = _cloud.Ports.Values.First(p => p.DeviceId == router && p.FixedIps.Any(f => f.Address.ToString() == "10.21.0.1"));
        var device = await ProxyingAsync(name);

        await DoAsync("ip", "-n", name, "neigh", "del", "proxy", "fe80::a9fe:a9fe", "dev", device);
        await NamedAsync("rook", "address", "nobody answers", "--ipv6");
        await DoAsync("ip", "-n", name, "neigh", "add", "proxy", "fe80::a9fe:a9fe", "dev", device);
        await DoAsync("ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv6.conf.all.proxy_ndp=0");
        Assert.Contains("proxy_ndp is off", (await NamedAsync("rook", "address", "nobody answers for fe80::a9fe:a9fe", "--ipv6")).First!.Seen);
        await DoAsync("ip", "netns", "exec", name, "sysctl", "-q", "-w", "net.ipv6.conf.all.proxy_ndp=1");
        await DoAsync("ip", "-n", name, "addr", "del", "10.21.0.1/24", "dev", DeviceNames.RouterEnd(leg.Id));
        await NamedAsync("rook", "address", "nobody answers");
        await DoAsync("ip", "-n", name, "addr", "add", "10.21.0.1/24", "dev", DeviceNames.RouterEnd(leg.Id));
        await DoAsync("ip", "netns", "exec", name, "nft", "flush", "chain", "inet", "firstlight", "metadata_redirect");
        await NamedAsync("rook", "rules", "not turned to the listener", "--ipv6");
    }

    private static async Task<string> ProxyingAsync(string @namespace)
    {
        var shown = await Run.ProgramAsync("ip", "-n", @namespace, "-6", "neigh", "show", "proxy");
        return shown.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word != "dev").ElementAt(1).Trim();
    }

    private Port PortOf(string server) => _cloud.Ports.Values.Single(p => p.DeviceId == _cloud.Servers.Values.Single(s => s.Name == server).Id);

    private Task<DoctorRun> AskAsync(string guest, params string[] options) => DoctorRun.OfAsync([guest, "--config-file", Path.Combine(_lab.StatePath, "firstlight.conf"), .. options]);

    private async Task<DoctorRun> NamedAsync(string guest, string hop, string why, params string[] options)
    {
        var run = await AskAsync(guest, options);
        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.True(run.First?.Hop == hop, run.ToString());
        Assert.Contains(why, run.First.Why);
        Assert.NotEmpty(run.First.Mend!);
        return run;
    }

    private async Task InGuestAsync(string guest, string program, params string[] arguments) => await DoAsync("ip", ["netns", "exec", _lab.Guest(guest), program, .. arguments]);

    private static async Task DoAsync(string program, params string[] arguments)
    {
        var ended = await Run.ProgramAsync(program, arguments);
        Assert.True(ended.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {ended}");
    }
}
