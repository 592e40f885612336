using Firstlight.Inventory.Neutron.Heartbeat;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>TLS to the broker, by the rules of <c>[oslo_messaging_rabbit]</c>. The broker's certificate is for <c>localhost</c>.</summary>
[Collection(BrokerCollection.Name)]
public sealed class BrokerTlsTests(Broker broker)
{
    private BrokerTls Trusting => new() { Enabled = true, AuthorityFile = broker.AuthorityFile };

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", false)]
    public async Task A_broker_of_a_private_authority_is_believed(string host, bool verifyName)
    {
        await ReportsAsync(host, Trusting with { VerifyHostName = verifyName }, 2300);
    }

    [Fact]
    public async Task TLS_can_be_asked_for_in_the_URL()
    {
        await ReportsAsync("localhost", new BrokerTls(), 2300, $"?ssl=1&ssl_ca_file={Uri.EscapeDataString(broker.AuthorityFile)}&ssl_enforce_hostname_verification=true");
    }

    [Fact]
    public async Task Without_authorities_nothing_is_verified_and_that_is_said() => await ReportsAsync("127.0.0.1", new BrokerTls { Enabled = true }, 2306, 2300);

    [Fact]
    public async Task A_broker_of_another_authority_is_refused()
    {
        Assert.Contains("is not believed by ssl_ca_file", await FailsAsync("localhost", Trusting with { AuthorityFile = broker.OtherAuthorityFile }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_of_another_name_is_refused_where_names_count()
    {
        Assert.Contains("is for another host name", await FailsAsync("127.0.0.1", Trusting with { VerifyHostName = true }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_our_own_is_shown()
    {
        BrokerTls With(string name) => Trusting with { CertificateFile = broker.FileOf(name + ".pem"), KeyFile = broker.FileOf(name + ".key") };

        await ReportsAsync("localhost", With("client"), 2300);
        // That it is shown at all can be told only where it is refused.
        await FailsAsync("localhost", With("stranger"));
    }

    [Fact]
    public async Task An_authority_file_that_is_not_there_is_named()
    {
        Assert.Contains("/nowhere/ca.pem", await FailsAsync("localhost", Trusting with { AuthorityFile = "/nowhere/ca.pem" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_in_the_clear_is_refused_where_TLS_is_asked_for()
    {
        await FailsAsync("localhost", Trusting, broker.Server.Port);
    }

    private HeartbeatOptions Options(string host, BrokerTls tls, int port, string query = "") =>
        broker.Options($"rabbit://{Broker.Credentials}{host}:{port}/{Broker.Path}{query}") with { Tls = tls };

    private async Task ReportsAsync(string host, BrokerTls tls, params int[] lines) => await ReportsAsync(host, tls, lines, "");

    private async Task ReportsAsync(string host, BrokerTls tls, int line, string query) => await ReportsAsync(host, tls, [line], query);

    private async Task ReportsAsync(string host, BrokerTls tls, int[] lines, string query)
    {
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(Options(host, tls, broker.Server.TlsPort, query));
        RecordedTraffic.AssertEqual(RecordedTraffic.Call, await server.NextAsync());
        await agent.UntilAsync(HeartbeatPhase.Reporting);
        Assert.Equal(lines, agent.Lines);
    }

    private async Task<string> FailsAsync(string host, BrokerTls tls, int? port = null)
    {
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(Options(host, tls, port ?? broker.Server.TlsPort));
        await agent.UntilLoggedAsync(2307);
        Assert.Equal([2301], agent.Lines);
        Assert.Null(agent.State.LastReport);
        return agent.State.Problem!;
    }
}
