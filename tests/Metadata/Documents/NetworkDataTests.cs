using System.Net;
using System.Text;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Instances;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.Documents;

public sealed class NetworkDataTests
{
    private static readonly VifSubnet V4 = new() { Version = 4, Cidr = "10.0.0.0/24", Gateway = "10.0.0.1", Addresses = [new VifAddress("10.0.0.5", [])] };

    [Fact]
    public void No_interfaces_is_an_empty_object() => Assert.Equal("{}", Render());

    [Fact]
    public void Interfaces_without_subnets_leave_empty_arrays() => Assert.Equal("""{"links": [], "networks": [], "services": []}""", Render(Vif()));

    [Fact]
    public void A_static_subnet_is_told_in_full() => Assert.Equal(
        """{"id": "network0", "type": "ipv4", "link": "tap1", "ip_address": "10.0.0.5", "netmask": "255.255.255.0", "routes": [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.0.0.1"}, {"network": "10.1.0.0", "netmask": "255.255.0.0", "gateway": "10.0.0.2"}], "network_id": "n", "services": [{"type": "dns", "address": "8.8.8.8"}]}""",
        Networks(Render(Vif(V4 with { Routes = [new VifRoute("10.1.2.3/16", "10.0.0.2")], Dns = ["8.8.8.8"] }))));

    [Theory]
    [InlineData("10.0.0.2", false)]
    [InlineData(null, true)]
    public void Dhcp_leaves_the_rest_to_DHCP(string? server, bool enabled) => Assert.Equal(
        """{"id": "network0", "type": "ipv4_dhcp", "link": "tap1", "network_id": "n"}""",
        Networks(Render(Vif(V4 with { DhcpServer = server, EnableDhcp = enabled }))));

    [Fact]
    public void The_MTU_is_withheld_only_where_a_DHCP_server_tells_it()
    {
        Assert.Contains("\"mtu\": 1450", Render(Vif(V4)), StringComparison.Ordinal);
        Assert.Contains("\"mtu\": 1450", Render(Vif(V4 with { EnableDhcp = true })), StringComparison.Ordinal);
        Assert.Contains("\"mtu\": null", Render(Vif(V4 with { DhcpServer = "10.0.0.2" })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_subnet_without_addresses_makes_a_link_and_no_network()
    {
        var text = Render(Vif(V4 with { Addresses = [] }));
        Assert.Contains("\"id\": \"tap1\"", text, StringComparison.Ordinal);
        Assert.Contains("\"networks\": []", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_without_device_name_is_numbered_among_those_with_subnets() =>
        Assert.Contains("\"id\": \"interface0\"", Render(Vif(), Vif(V4) with { DeviceName = "" }), StringComparison.Ordinal);

    [Theory]
    [InlineData("2001:db8::1/64", "2001:db8::", "ffff:ffff:ffff:ffff::")]
    [InlineData("2001:db8:0:1:0:0:0:1/128", "2001:db8:0:1::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8:0:1:1:1:1:1/128", "2001:db8:0:1:1:1:1:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("::/0", "::", "::")]
    [InlineData("::1/128", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("::ffff:10.0.0.1/128", "::ffff:10.0.0.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fe80::5efe:a00:1/128", "fe80::5efe:a00:1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("10.1.2.3/20", "10.1.0.0", "255.255.240.0")]
    [InlineData("10.1.2.3", "10.1.2.3", "255.255.255.255")]
    public void Networks_and_masks_are_in_address_form(string cidr, string network, string mask)
    {
        Assert.Equal(network, AddressText.Network(cidr));
        Assert.Equal(mask, AddressText.Mask(cidr));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("::/129")]
    [InlineData("net/8")]
    public void What_is_no_prefix_is_refused(string cidr) => Assert.Throws<FormatException>(() => AddressText.Network(cidr));

    [Fact]
    public void Any_IPv6_network_reads_back_equal() => Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), ArbMap.Default.ArbFor<ulong>(), (high, low) =>
    {
        // Masked with a pattern so that runs of zeros are common.
        var bytes = new byte[16];
        for (var i = 0; i < 8; i++)
        {
            bytes[i] = (byte)((high >> i) & 1) == 0 ? (byte)0 : (byte)(low >> i);
            bytes[15 - i] = (byte)((high >> (i + 8)) & 1) == 0 ? (byte)0 : (byte)(low >> (i + 8));
        }

        var address = new IPAddress(bytes);
        Assert.Equal(address, IPAddress.Parse(AddressText.Network($"{address}/128")));
    }).QuickCheckThrowOnFailure();

    private static Vif Vif(params VifSubnet[] subnets) => new()
    {
        Id = "p",
        Address = "fa:16:3e:00:00:01",
        Type = "ovs",
        DeviceName = "tap1",
        Network = new VifNetwork { Id = "n", Mtu = 1450, Subnets = [.. subnets] },
    };

    private static string Render(params Vif[] vifs) => Encoding.UTF8.GetString(NetworkDataDocument.Render([.. vifs]));

    // The part between the list of networks and the global services, which come last.
    private static string Networks(string text)
    {
        const string begin = "\"networks\": [";
        return text[(text.IndexOf(begin, StringComparison.Ordinal) + begin.Length)..text.LastIndexOf("], \"services\"", StringComparison.Ordinal)];
    }
}
