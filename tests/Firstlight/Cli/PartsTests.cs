using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Tests.Cli;

public sealed class PartsTests
{
    [Fact]
    public void A_nic_names_its_network_and_may_fix_the_rest()
    {
        var nic = Parts.Nic("blue,ip=10.0.0.5,ip=fd00::5,mac=fa:16:3e:00:00:05,name=eth0")!;

        Assert.Equal(("blue", "eth0"), (nic.Network, nic.Name));
        Assert.Equal([IPAddress.Parse("10.0.0.5"), IPAddress.Parse("fd00::5")], nic.FixedIps.Select(f => f.Address));
        Assert.Equal(PhysicalAddress.Parse("FA163E000005"), nic.Mac);
        Assert.Equal("blue", Parts.Nic("net=blue")!.Network);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ip=10.0.0.5")]
    [InlineData("blue,ip=10.0.0")]
    [InlineData("blue,mac=x")]
    [InlineData("blue,eth0")]
    [InlineData("blue,colour=red")]
    public void Anything_else_is_no_nic(string text) => Assert.Null(Parts.Nic(text));

    [Fact]
    public void Routes_pools_and_fixed_addresses_read_as_OpenStacks_client_writes_them()
    {
        Assert.Equal(new HostRoute(IPNetwork.Parse("10.9.0.0/16"), IPAddress.Parse("10.0.0.254")), Parts.Route("destination=10.9.0.0/16,gateway=10.0.0.254"));
        Assert.Equal(new AllocationPool(IPAddress.Parse("10.0.0.10"), IPAddress.Parse("10.0.0.99")), Parts.Pool("start=10.0.0.10,end=10.0.0.99"));
        Assert.Equal(new FixedIpSpec("s", IPAddress.Parse("10.0.0.5")), Parts.FixedIp("subnet=s,ip-address=10.0.0.5"));
        Assert.Equal(new FixedIpSpec("s", null), Parts.FixedIp("subnet=s"));
        Assert.Equal(new FixedIpSpec(null, IPAddress.Parse("10.0.0.5")), Parts.FixedIp("10.0.0.5"));
        Assert.Null(Parts.FixedIp("subnet=s,ip-address=ten"));
        Assert.Null(Parts.Route("destination=10.9.0.0/16"));
        Assert.Equal(["key", "a=b"], Parts.Property("key=a=b")!);
        Assert.Null(Parts.Property("=b"));
    }

    [Theory]
    [InlineData("10.0.0.0/24", true)]
    [InlineData("fd00::/64", true)]
    [InlineData("10.0.0.1/24", false)]
    [InlineData("10.0/16", false)]
    [InlineData("10.0.0.0", false)]
    [InlineData("10.0.0.0/33", false)]
    public void A_prefix_is_whole_and_without_host_bits(string text, bool good) => Assert.Equal(good, Parts.Prefix(text) is not null);
}
