using Firstlight.Conformance.Tests.Machines.Support;

namespace Firstlight.Conformance.Tests.Machines;

/// <summary>The same Debian told to use the EC2 data source: what it finds under <c>/latest</c> is enough.</summary>
public sealed class Ec2SourceTests(ITestOutputHelper output)
{
    private const string Networks = """
        networks:
          - name: ridge
            project: heights
            subnets:
              - {name: ridge-v4, cidr: 10.34.0.0/24, gateway: none}
        """;

    // Not by Amazon's SMBIOS: there cloud-init insists on session tokens, which Nova has not. strict_id off: it need not know whose EC2 this is.
    private const string UseEc2 = "ci.ds=Ec2 cc: {datasource: {Ec2: {strict_id: false}}} end_cc";

    [Fact]
    public async Task A_Debian_guest_is_configured_from_the_EC2_data_source()
    {
        await using var cloud = await RunningCloud.StartAsync(DebianCloud.File(Networks, "[10.34.0.7]"));
        var server = cloud.Server(DebianCloud.Name);

        var boot = await VirtualMachine.RunAsync(new GuestHardware(await GuestImages.DebianAsync(), await cloud.PlugAsync(server)) { KernelArguments = UseEc2 });
        var log = cloud.Log;
        var requests = GuestRequests.Of(log, "10.34.0.7");
        var cloudInit = new CloudInit(boot);
        Story.Tell(output, boot, cloudInit, requests, log);

        // Amazon tells cards under `network`, which Nova has not; and away from Amazon cloud-init asks when the network is up already, and applies netplan's file again.
        cloudInit.AssertConfiguredAtOnce("DataSourceEc2", "Metadata 'network' key not valid: None", "['netplan', 'apply'] resulted in stderr output");
        DebianCloud.AssertApplied(boot);
        Assert.Equal($"i-{server.Number:x8}", cloudInit.Standard("instance_id"));
        Assert.Equal("ec2", cloudInit.Standard("platform"));
        Assert.Equal("nova", cloudInit.Standard("availability_zone"));
        Assert.DoesNotContain(requests, request => request.Status >= 500);
        Assert.DoesNotContain(requests, request => request.Target.StartsWith("/openstack", StringComparison.Ordinal));
        Assert.InRange(requests.Count, 20, 40);
        Assert.NotEmpty(cloudInit.Reads);
    }
}
