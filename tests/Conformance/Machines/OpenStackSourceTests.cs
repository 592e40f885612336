using System.Text.Json;
using Firstlight.Conformance.Tests.Machines.Support;

namespace Firstlight.Conformance.Tests.Machines;

/// <summary>Debian with the distribution's cloud-init and no seed: it must find the OpenStack data source and be configured in one boot.</summary>
public sealed class OpenStackSourceTests(ITestOutputHelper output)
{
    private const string Isolated = """
        networks:
          - name: ridge
            project: heights
            mtu: 1400
            subnets:
              - {name: ridge-v4, cidr: 10.32.0.0/24, gateway: none, dns_nameservers: [192.0.2.53]}
        """;

    private const string Routed = """
        networks:
          - name: ridge
            project: heights
            subnets:
              - {name: ridge-v4, cidr: 10.33.0.0/24, dns_nameservers: [192.0.2.53]}
        routers:
          - {name: pass, project: heights, interfaces: [ridge-v4]}
        """;

    [Fact]
    public Task A_Debian_guest_on_an_isolated_network_is_configured_in_one_boot() => ConfiguredAsync(Isolated, "10.32.0.7", "1400");

    [Fact]
    public Task A_Debian_guest_behind_a_router_is_configured_in_one_boot() => ConfiguredAsync(Routed, "10.33.0.7", "1500");

    private async Task ConfiguredAsync(string networks, string address, string mtu)
    {
        await using var cloud = await RunningCloud.StartAsync(DebianCloud.File(networks, $"[{address}]"));
        var server = cloud.Server(DebianCloud.Name);

        var boot = await VirtualMachine.RunAsync(new GuestHardware(await GuestImages.DebianAsync(), await cloud.PlugAsync(server)) { System = DebianCloud.NovaSystem(server.Id) });
        var log = cloud.Log;
        var requests = GuestRequests.Of(log, address);
        var cloudInit = new CloudInit(boot);
        Story.Tell(output, boot, cloudInit, requests, log);

        cloudInit.AssertConfiguredAtOnce("DataSourceOpenStackLocal");
        DebianCloud.AssertApplied(boot);
        Assert.Equal(server.Id, cloudInit.Standard("instance_id"));
        Assert.Equal("openstack", cloudInit.Standard("platform"));
        Assert.Equal("nova", cloudInit.Standard("availability_zone"));
        AssertNetwork(boot, RunningCloud.MacOf(cloud.PortsOf(server)[0]), address, mtu);

        // One crawl: every question once but the list of versions, which it asks for before it begins; none answered by an error of ours.
        Assert.Equal(["/openstack"], requests.GroupBy(request => request.Target).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.DoesNotContain(requests, request => request.Status >= 500);
        Assert.InRange(requests.Count, 20, 32);
        Assert.Equal(requests.Count(request => request.Status == 200), cloudInit.Reads.Count);
        Assert.Equal(200, requests.Single(request => request.Target == "/openstack/2018-08-27/network_data.json").Status);
    }

    private static void AssertNetwork(Boot boot, string mac, string address, string mtu)
    {
        var netplan = boot.Report.Single(file => file.Key.StartsWith("files/etc/netplan/", StringComparison.Ordinal)).Value;
        Assert.Contains(mac, netplan, StringComparison.Ordinal);
        Assert.Contains("dhcp4: true", netplan, StringComparison.Ordinal);
        // Nova names no MTU where DHCP tells it: this one is DHCP's.
        var card = JsonDocument.Parse(boot.File("addresses.json")).RootElement.EnumerateArray().Single(link => link.GetProperty("address").GetString() == mac);
        Assert.Equal(mtu, card.GetProperty("mtu").ToString());
        Assert.Contains(card.GetProperty("addr_info").EnumerateArray(), info => info.GetProperty("local").GetString() == address);
        Assert.Contains("192.0.2.53", boot.File("resolved.txt"), StringComparison.Ordinal);
    }
}
