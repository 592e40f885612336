using Firstlight.Agent.Forward.Upstreams;

namespace Firstlight.Agent.Tests.Upstream;

public sealed class UpstreamAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:8775")]
    [InlineData("controller", "controller:8775")]
    [InlineData("nova-1.cloud.example:443", "nova-1.cloud.example:443")]
    [InlineData("::1", "[::1]:8775")]
    [InlineData("[fd00::1]", "[fd00::1]:8775")]
    [InlineData(" a , b:80,[fd00::1]:81 , fd00::2,", "a:8775 b:80 [fd00::1]:81 [fd00::2]:8775")]
    [InlineData("a,a:8775,b,a", "a:8775 b:8775")]
    public void Hosts_are_read_with_their_ports(string hosts, string read) =>
        Assert.Equal(read, string.Join(' ', UpstreamAddress.ReadList(hosts, 8775)));

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:-1")]
    [InlineData("http://a")]
    [InlineData("a/b")]
    [InlineData("[a]:80")]
    [InlineData("[fd00::1")]
    [InlineData("fd00::1]:80")]
    [InlineData("user@a")]
    [InlineData("a1,a2,a3,a4,a5,a6,a7,a8,a9,a10,a11,a12,a13,a14,a15,a16,a17,a18,a19,a20,a21,a22,a23,a24,a25,a26,a27,a28,a29,a30,a31,a32,a33,"
        + "a34,a35,a36,a37,a38,a39,a40,a41,a42,a43,a44,a45,a46,a47,a48,a49,a50,a51,a52,a53,a54,a55,a56,a57,a58,a59,a60,a61,a62,a63,a64,a65")]
    public void Anything_else_is_named_in_one_line(string hosts)
    {
        var message = Assert.Throws<FormatException>(() => UpstreamAddress.ReadList(hosts, 8775)).Message;

        Assert.Contains("nova_metadata_host", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
