using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Agent.Tests.Identify;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5")]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5")]
    [InlineData("fe80::1%3", "fe80::1")]
    [InlineData("2001:db8::5", "2001:db8::5")]
    public void Address_is_plain(string peer, string plain) => Assert.Equal(plain, PeerAddress.Plain(IPAddress.Parse(peer)).ToString());

    [Theory]
    [InlineData("fe80::f816:3eff:feb3:e838", "FA163EB3E838")]
    [InlineData("fe80::ff:fe00:1", "020000000001")]
    [InlineData("fe80::f816:3e00:b3:e838", null)]
    [InlineData("fe80::1", null)]
    [InlineData("fe80::a9fe:a9fe", null)]
    [InlineData("fe80:0:0:1:f816:3eff:feb3:e838", null)]
    public void Mac_follows_only_from_a_true_eui_64(string address, string? mac) =>
        Assert.Equal(mac, PeerAddress.Query(TestAgent.HomeScope, IPAddress.Parse(address))?.Mac?.ToString());

    [Theory]
    [InlineData("169.254.1.2")]
    [InlineData("2001:db8::f816:3eff:feb3:e838")]
    public void Address_that_is_not_link_local_is_matched_as_it_is(string address)
    {
        var query = PeerAddress.Query(TestAgent.HomeScope, IPAddress.Parse(address));

        Assert.Null(query!.Value.Mac);
        Assert.Equal(address, query.Value.Address.ToString());
    }

    [Fact]
    public void Every_mac_comes_back_from_its_link_local_address() => Prop.ForAll(Gen.Choose(0, 255).ArrayOf(6).ToArbitrary(), octets =>
    {
        var mac = octets.Select(octet => (byte)octet).ToArray();
        var address = new IPAddress([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]);
        return PeerAddress.Query(TestAgent.HomeScope, address)!.Value.Mac!.Equals(new PhysicalAddress(mac));
    }).QuickCheckThrowOnFailure();
}
