using System.Text.Json;
using Firstlight.Conformance.Tests.Machines.Support;

namespace Firstlight.Conformance.Tests.Machines;

/// <summary>The smallest real machine: its own kernel, DHCP client and network stack.</summary>
public sealed class BusyboxGuestTests(ITestOutputHelper output)
{
    private const string Isolated = """
        networks:
          - name: pond
            project: tiny
            mtu: 1400
            subnets:
              - {name: pond-v4, cidr: 10.31.0.0/24, gateway: none}
              - {name: pond-v6, cidr: "fd00:31::/64", gateway: none, ipv6_address_mode: dhcpv6-stateful, ipv6_ra_mode: dhcpv6-stateful}
        """;

    private const string Routed = """
        networks:
          - name: pond
            project: tiny
            subnets:
              - {name: pond-v4, cidr: 10.31.0.0/24, gateway: 10.31.0.200}
        routers:
          - {name: sluice, project: tiny, interfaces: [pond-v4]}
        """;

    [Fact]
    public async Task A_real_machine_gets_its_address_by_DHCP_and_its_metadata_over_IPv4_and_IPv6()
    {
        var (id, boot) = await BootAsync(Isolated, "10.31.0.9, {subnet: pond-v6}", "ipv6");

        Assert.Contains("mtu 1400", boot.File("addresses.txt"), StringComparison.Ordinal);
        Assert.DoesNotContain("default", boot.File("routes.txt"), StringComparison.Ordinal);
        Assert.Equal(id, Uuid(boot.File("meta_data-v6.json")));
    }

    [Fact]
    public async Task A_real_machine_behind_a_router_gets_its_metadata_through_it()
    {
        var (_, boot) = await BootAsync(Routed, "10.31.0.9", "");

        Assert.Contains("default via 10.31.0.200", boot.File("routes.txt"), StringComparison.Ordinal);
        Assert.Contains("169.254.169.254 via 10.31.0.200", boot.File("routes.txt"), StringComparison.Ordinal);
    }

    private async Task<(string Id, Boot Boot)> BootAsync(string networks, string fixedIps, string kernelArguments)
    {
        await using var cloud = await RunningCloud.StartAsync($$"""
            projects: [{name: tiny}]
            {{networks}}
            servers:
              - name: minnow
                project: tiny
                metadata: {colour: silver}
                user_data: |
                  #!/bin/sh
                  echo swim
                ports: [{network: pond, fixed_ips: [{{fixedIps}}]}]
            """);
        var server = cloud.Server("minnow");
        var boot = await VirtualMachine.RunAsync(new GuestHardware(await GuestImages.BusyboxAsync(), await cloud.PlugAsync(server)) { KernelArguments = kernelArguments });
        var requests = GuestRequests.Of(cloud.Log, "10.31.0.9");
        Story.Tell(boot, requests);
        output.WriteLine($"{boot.Console}\n{cloud.Log}");

        Assert.Contains("inet 10.31.0.9/24", boot.File("addresses.txt"), StringComparison.Ordinal);
        Assert.Contains("169.254.169.254 via 10.31.0.", boot.File("routes.txt"), StringComparison.Ordinal);
        Assert.Equal(server.Id, Uuid(boot.File("meta_data.json")));
        Assert.Equal("#!/bin/sh\necho swim\n", boot.File("user_data"));
        Assert.Equal("minnow.novalocal", boot.File("ec2_hostname"));

        // Each document was asked for once.
        Assert.Equal(requests.Count, requests.Distinct().Count());
        Assert.DoesNotContain(requests, request => request.Status != 200);
        Assert.NotEmpty(requests);
        return (server.Id, boot);
    }

    private static string? Uuid(string document) => JsonDocument.Parse(document).RootElement.GetProperty("uuid").GetString();
}
