using System.Text.Json;
using Firstlight.Conformance.Tests.Machines.Support;

namespace Firstlight.Conformance.Tests.Machines;

/// <summary>The same Debian with a config drive and nothing else: no DHCP, no metadata service, nobody on its wire.</summary>
public sealed class ConfigDriveSourceTests(ITestOutputHelper output)
{
    // No DHCP: the addresses stand in network_data.json, and nowhere else.
    private const string Networks = """
        networks:
          - name: ridge
            project: heights
            mtu: 1400
            subnets:
              - {name: ridge-v4, cidr: 10.35.0.0/24, gateway: 10.35.0.1, enable_dhcp: false, dns_nameservers: [192.0.2.53]}
              - {name: ridge-v6, cidr: "fd00:35::/64", gateway: none, enable_dhcp: false}
        """;

    [Fact]
    public async Task A_Debian_guest_is_configured_from_its_config_drive_alone()
    {
        await using var cloud = await RunningCloud.StartAsync(DebianCloud.File(Networks, "[10.35.0.7, \"fd00:35::7\"]"), serve: false);
        var server = cloud.Server(DebianCloud.Name);
        var mac = RunningCloud.MacOf(cloud.PortsOf(server)[0]);

        var boot = await VirtualMachine.RunAsync(new GuestHardware(await GuestImages.DebianAsync(), await cloud.PlugAsync(server))
        {
            System = DebianCloud.NovaSystem(server.Id),
            Cd = await cloud.ConfigDriveAsync(server),
        });
        var cloudInit = new CloudInit(boot);
        Story.Tell(output, boot, cloudInit, [], "");

        cloudInit.AssertConfiguredAtOnce("DataSourceConfigDrive");
        DebianCloud.AssertApplied(boot);
        Assert.Equal(server.Id, cloudInit.Standard("instance_id"));
        Assert.Equal("config-disk (/dev/sr0)", cloudInit.Standard("subplatform"));
        Assert.Empty(cloudInit.Reads);
        Assert.DoesNotContain("169.254.169.254", cloudInit.Log, StringComparison.Ordinal);
        AssertNetwork(boot, mac);
    }

    private static void AssertNetwork(Boot boot, string mac)
    {
        var card = JsonDocument.Parse(boot.File("addresses.json")).RootElement.EnumerateArray().Single(link => link.GetProperty("address").GetString() == mac);
        var addresses = card.GetProperty("addr_info").EnumerateArray().Select(info => $"{info.GetProperty("local")}/{info.GetProperty("prefixlen")}").ToArray();
        Assert.Contains("10.35.0.7/24", addresses);
        Assert.Contains("fd00:35::7/64", addresses);
        Assert.Equal("1400", card.GetProperty("mtu").ToString());
        Assert.Contains(
            JsonDocument.Parse(boot.File("routes-v4.json")).RootElement.EnumerateArray(),
            route => route.GetProperty("dst").GetString() == "default" && route.GetProperty("gateway").GetString() == "10.35.0.1");
        Assert.Contains("192.0.2.53", boot.File("resolved.txt"), StringComparison.Ordinal);
    }
}
