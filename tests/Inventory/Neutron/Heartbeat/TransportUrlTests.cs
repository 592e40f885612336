using Firstlight.Inventory.Neutron.Heartbeat;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

public sealed class TransportUrlTests
{
    // Left: URLs; right: what oslo.messaging 14.0 and kombu 5.2 make of them.
    [Theory]
    [InlineData("rabbit://", "localhost:5672 guest guest", "/")]
    [InlineData("rabbit:///", "localhost:5672 guest guest", "/")]
    [InlineData("rabbit://h1:5671//", "h1:5671 guest guest", "/")]
    [InlineData("rabbit://h/", "h:5672 guest guest", "/")]
    [InlineData("RABBIT://u:p@h", "h:5672 u p", "/")]
    [InlineData("rabbit://u:@h", "h:5672 u guest", "/")]
    [InlineData("rabbit://:p@h", "h:5672 guest p", "/")]
    [InlineData("rabbit://u:p@/v", "localhost:5672 u p", "v")]
    [InlineData("rabbit://u:p@h:/v", "h:5672 u p", "v")]
    [InlineData("rabbit://u:p:q@h/v", "h:5672 u p:q", "v")]
    [InlineData("rabbit://u@d:p@h", "h:5672 u@d p", "/")]
    [InlineData("rabbit://u:p+q%20@h/", "h:5672 u p+q ", "/")]
    [InlineData("rabbit://u:p@h1,u2:p2@h2/v/w", "h1:5672 u p|h2:5672 u2 p2", "v/w")]
    [InlineData("rabbit://u:p@h1,/", "h1:5672 u p", "/")]
    [InlineData("rabbit://u:p@h/a%2fb?x", "h:5672 u p", "a/b")]
    [InlineData("rabbit://u%40x:p%2Fw@[::1]:55/%2Fv?ssl=1", "[::1]:55 u@x p/w", "/v")]
    [InlineData("rabbit://u:p@[fe80::1]/", "[fe80::1]:5672 u p", "/")]
    public void A_bus_is_read_as_oslo_messaging_reads_it(string text, string hosts, string virtualHost)
    {
        var url = TransportUrl.Parse(text);
        Assert.Equal(hosts, string.Join('|', url.Hosts.Select(h => $"{h.EndPoint} {h.UserName} {h.Password}")));
        Assert.Equal((virtualHost, true, false), (url.VirtualHost, url.IsRabbit, url.CredentialsAreMixed));
    }

    [Fact]
    public void Credentials_belong_to_their_host_alone()
    {
        var url = TransportUrl.Parse("rabbit://u:p@h1:1,h2:2/v");
        Assert.Equal(["u:***@h1:1", "guest:***@h2:2"], url.Hosts.Select(h => h.ToString()));
        Assert.Equal("guest", url.Hosts[1].Password);
        Assert.True(url.CredentialsAreMixed);
    }

    [Fact]
    public void Options_of_the_driver_are_decoded_and_repeated_ones_joined()
    {
        var query = TransportUrl.Parse("rabbit://h/?ssl=1&ssl_ca_file=/a%20b+c&a=1&a=2&empty=&alone").Query;
        Assert.Equal([("a", "1,2"), ("ssl", "1"), ("ssl_ca_file", "/a b c")], query.Select(o => (o.Key, o.Value)).Order());
    }

    [Theory]
    [InlineData("fake://")]
    [InlineData("amqp://h")]
    [InlineData("kafka://h:9092")]
    public void Another_driver_is_read_and_is_not_RabbitMQ(string text) => Assert.False(TransportUrl.Parse(text).IsRabbit);

    [Theory]
    [InlineData("")]
    [InlineData("h:5672")]
    [InlineData("://h")]
    [InlineData("rabbit://[::1/")]
    [InlineData("rabbit://[::1]5/")]
    [InlineData("rabbit://u:secret@::1/v")]
    [InlineData("rabbit://u:secret@h:x/v")]
    [InlineData("rabbit://u:secret@h:99999/v")]
    [InlineData("rabbit://u:secret#b@h/v")]
    [InlineData("rabbit://u:secret/b@h/v")]
    public void What_cannot_be_read_is_refused_without_showing_it(string text)
    {
        var failure = Assert.Throws<FormatException>(() => TransportUrl.Parse(text));
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("transport_url: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_password_is_printed()
    {
        var options = new HeartbeatOptions { Url = TransportUrl.Parse("rabbit://u:secret@h1,v:secret@h2/x?ssl_key_password=secret"), Host = "h", MetadataProxySocket = "/s" };
        Assert.Equal("rabbit://u:***@h1:5672,v:***@h2:5672/x", options.Url.ToString());
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_in_the_URL_win_over_those_of_the_file()
    {
        var options = new HeartbeatOptions
        {
            Url = TransportUrl.Parse("rabbit://h/?ssl=yes&ssl_ca_file=/ca.pem&heartbeat_timeout_threshold=7&rabbit_interval_max=5"), Host = "h", MetadataProxySocket = "/s",
            Tls = new BrokerTls { CertificateFile = "/mine.pem" },
        };
        var effective = options.Effective();
        Assert.Equal(new BrokerTls { Enabled = true, AuthorityFile = "/ca.pem", CertificateFile = "/mine.pem" }, effective.Tls);
        Assert.Equal((7, 5, 1), (effective.HeartbeatTimeout.TotalSeconds, effective.RetryMaximum.TotalSeconds, effective.RetryInterval.TotalSeconds));
        Assert.Throws<FormatException>(() => (options with { Url = TransportUrl.Parse("rabbit://h/?ssl=perhaps") }).Effective());
    }

    [Theory]
    [InlineData("rabbit://h/?rabbit_retry_interval=0&rabbit_interval_max=0", 1, 1)]
    [InlineData("rabbit://h/?rabbit_retry_interval=9&rabbit_interval_max=3", 9, 9)]
    [InlineData("rabbit://h/?rabbit_retry_interval=2", 2, 30)]
    public void A_pause_is_never_nothing(string url, int first, int longest)
    {
        var effective = new HeartbeatOptions { Url = TransportUrl.Parse(url), Host = "h", MetadataProxySocket = "/s" }.Effective();
        Assert.Equal((first, longest), (effective.RetryInterval.TotalSeconds, effective.RetryMaximum.TotalSeconds));
    }
}
