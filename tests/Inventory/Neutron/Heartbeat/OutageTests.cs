using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Neutron.Heartbeat;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>What becomes of the reports when there is no bus, not yet, not for us, or not any more.</summary>
[Collection(BrokerCollection.Name)]
public sealed class OutageTests(Broker broker)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reports_resume_by_themselves_when_the_broker_is_back(bool kill)
    {
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Quick });
        await using (var before = await ReportsServer.StartAsync(broker))
        {
            await before.NextAsync();
            await agent.UntilAsync(HeartbeatPhase.Reporting);
            broker.Server.Stop(kill);
        }

        await agent.UntilAsync(HeartbeatPhase.Failing);
        // Some attempts are made while nobody is there; they are not lines in the log.
        await agent.UntilLoggedAsync(2307, 3);
        broker.Server.Start();
        await using var after = await ReportsServer.StartAsync(broker);
        var report = await after.NextAsync();
        await agent.UntilAsync(HeartbeatPhase.Reporting);

        RecordedTraffic.AssertEqual(RecordedTraffic.Cast, report);
        // An agent that starts before its server has a failure to tell first.
        Assert.Equal([2300, 2301, 2302], agent.Lines.SkipWhile(l => l == 2301));
    }

    [Fact]
    public async Task A_broker_without_Neutron_is_waited_at_without_making_Neutrons_exchange()
    {
        await using var agent = new RunningHeartbeat(broker.Options());
        await agent.UntilAsync(HeartbeatPhase.Failing);
        Assert.Equal($"127.0.0.1:{broker.Server.Port}: Neutron's server has not made its exchange 'neutron' there", agent.State.Problem);
        await agent.UntilLoggedAsync(2307, 2);

        await using var server = await ReportsServer.StartAsync(broker);
        await server.NextAsync();
        await agent.UntilAsync(HeartbeatPhase.Reporting);
        Assert.Equal([2301, 2300], agent.Lines);
    }

    [Fact]
    public async Task A_report_into_the_void_is_a_failure()
    {
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Quick });
        await using (var server = await ReportsServer.StartAsync(broker))
        {
            await server.NextAsync();
            await agent.UntilAsync(HeartbeatPhase.Reporting);
            await server.UnbindAsync();
            await agent.UntilAsync(HeartbeatPhase.Failing);
            Assert.Contains("no server of Neutron listens for reports", agent.State.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_password_is_one_line_and_keeps_nothing_from_working()
    {
        await using var agent = new RunningHeartbeat(broker.Options(broker.Url.Replace("p%2Fa", "wrong", StringComparison.Ordinal)));
        await agent.UntilLoggedAsync(2307, 2);

        Assert.Equal($"127.0.0.1:{broker.Server.Port}: the broker refuses the user or password", agent.State.Problem);
        Assert.Equal([2301], agent.Lines);
        Assert.Null(agent.State.LastReport);
    }

    [Fact]
    public async Task A_virtual_host_that_is_not_there_is_named()
    {
        await using var agent = new RunningHeartbeat(broker.Options($"rabbit://{Broker.Credentials}127.0.0.1:{broker.Server.Port}/elsewhere"));
        await agent.UntilAsync(HeartbeatPhase.Failing);
        Assert.Contains("vhost elsewhere not found", agent.State.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_brokers_the_living_one_is_found()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        using var refusing = new DeadPort();
        var dead = $"{Broker.Credentials}127.0.0.1:{refusing.Port}";
        // Asked in a random order: with this many dead ones before and after, some are met first.
        var url = $"rabbit://{dead},{dead},{dead},{dead},{Broker.Credentials}127.0.0.1:{broker.Server.Port},{dead},{dead},{dead}/{Broker.Path}";
        await using var agent = new RunningHeartbeat(broker.Options(url));

        await server.NextAsync();
        await agent.UntilAsync(HeartbeatPhase.Reporting);

        Assert.Equal($"127.0.0.1:{broker.Server.Port}", agent.State.Broker);
        Assert.Equal([2300], agent.Lines);
    }

    [Fact]
    public async Task When_all_brokers_are_dead_each_is_named()
    {
        using DeadPort one = new(), two = new();
        await using var agent = new RunningHeartbeat(broker.Options($"rabbit://127.0.0.1:{one.Port},127.0.0.1:{two.Port}/"));
        await agent.UntilLoggedAsync(2307, 3);

        Assert.Contains($"127.0.0.1:{one.Port}: Connection refused", agent.State.Problem, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{two.Port}: Connection refused", agent.State.Problem, StringComparison.Ordinal);
        Assert.Equal([2301], agent.Lines);
    }

    [Fact]
    public async Task Without_a_bus_one_line_says_so()
    {
        // Nothing is configured; whether something listens at the bus's own port on this host, the machine decides, so it must refuse us either way.
        await using var agent = new RunningHeartbeat(broker.Options() with { Url = null, Exchange = $"nobody-{Guid.NewGuid():N}" });
        await agent.UntilLoggedAsync(2307, 3);

        Assert.Equal(2303, Assert.Single(agent.Lines));
        Assert.Equal(HeartbeatPhase.Failing, agent.State.Phase);
        Assert.StartsWith("localhost:5672: ", agent.State.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fake://", "the driver 'fake'")]
    [InlineData("kafka://h:9092/", "the driver 'kafka'")]
    [InlineData("rabbit://h/?ssl=perhaps", "ssl is neither true nor false")]
    public async Task A_bus_that_cannot_be_spoken_to_is_one_line_and_the_end(string url, string reason)
    {
        await using var agent = new RunningHeartbeat(broker.Options(url));
        await agent.Run.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal([2304], agent.Lines);
        Assert.Equal(HeartbeatPhase.Off, agent.State.Phase);
        Assert.Contains(reason, agent.State.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interval_of_zero_asks_for_no_reports()
    {
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = TimeSpan.Zero });
        await agent.Run.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal((2310, LogLevel.Information), agent.Log.Select(l => (l.Id, l.Level)).Single());
    }

    [Fact]
    public async Task Asked_to_stop_while_a_broker_says_nothing_it_stops()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var agent = new RunningHeartbeat(broker.Options($"rabbit://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/"));
        using var connection = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await agent.StopAsync();
        Assert.Equal(HeartbeatPhase.Idle, agent.State.Phase);
        Assert.Empty(agent.Lines);
    }

    /// <summary>A port that refuses connections and that nobody else can take.</summary>
    private sealed class DeadPort : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public DeadPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

        public void Dispose() => _socket.Dispose();
    }
}
