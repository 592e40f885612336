using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Firstlight.Inventory.Neutron.Heartbeat;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>What Neutron sees of an agent that reports, and what it can answer.</summary>
[Collection(BrokerCollection.Name)]
public sealed class ReportTests(Broker broker)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(300);

    // The first answer must come within an interval, however busy the machine.
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task The_first_report_is_the_recorded_call_of_the_real_agent()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(broker.Options());

        var first = await server.NextAsync();

        RecordedTraffic.AssertEqual(RecordedTraffic.Call, first);
        await agent.UntilAsync(HeartbeatPhase.Reporting);
        Assert.Equal([2300], agent.Lines);
        Assert.Equal(($"127.0.0.1:{broker.Server.Port}", "new", null), (agent.State.Broker, agent.State.Standing, agent.State.Problem));
        Assert.InRange(agent.State.LastReport!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Further_reports_are_the_recorded_casts_in_the_context_of_the_first()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Unhurried });

        var reports = new[] { await server.NextAsync(), await server.NextAsync(), await server.NextAsync() };

        Assert.All(reports[1..], r => RecordedTraffic.AssertEqual(RecordedTraffic.Cast, r));
        foreach (var name in (string[])["_context_request_id", "_context_timestamp"])
            Assert.Single(reports.Select(r => (string)r.Message[name]!).Distinct());
        Assert.Equal(3, reports.Select(r => (string)r.Agent["uuid"]!).Distinct().Count());
        var times = reports.Select(r => DateTime.ParseExact((string)r.Message["args"]!["time"]!, "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(times.Order(), times);
        Assert.True(times[2] - times[1] > Unhurried / 2, "the second comes an interval after the first");
    }

    [Fact]
    public async Task What_the_agent_is_told_to_say_is_said()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(broker.Options() with
        {
            Host = "höst-1", LogAgentHeartbeats = true, NovaMetadataHost = "nova.example", NovaMetadataPort = 443, MetadataProxySocket = "/run/a \"b\"",
        });

        var report = (await server.NextAsync()).Agent;

        Assert.Equal("höst-1", (string)report["host"]!);
        Assert.Equal("""{"metadata_proxy_socket":"/run/a \"b\"","nova_metadata_host":"nova.example","nova_metadata_port":443,"log_agent_heartbeats":true}""",
            report["configurations"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task The_reply_queue_is_declared_as_recorded_and_is_gone_after_the_answer()
    {
        var recorded = RecordedTraffic.ReplyQueue;
        var arguments = recorded["arguments"]!.AsObject().ToDictionary(a => a.Key, a => (object?)(int)a.Value!);
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = static () => null;
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = TimeSpan.FromSeconds(2) });

        var queue = (string)(await server.NextAsync()).Message["_reply_q"]!;
        Assert.True(await server.HasQueueAsync(queue, (bool)recorded["durable"]!, (bool)recorded["exclusive"]!, (bool)recorded["autoDelete"]!, arguments));
        server.Answer = static () => ("alive", null);
        Assert.Equal(queue, (string)(await server.NextAsync()).Message["_reply_q"]!);
        await agent.UntilAsync(HeartbeatPhase.Reporting);

        Assert.False(await server.HasQueueAsync(queue, false, false, false, arguments));
    }

    [Fact]
    public async Task Where_transient_queues_are_to_be_quorum_queues_the_reply_queue_is_one()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = static () => null;
        await using var agent = new RunningHeartbeat(broker.Options() with { TransientQuorumQueue = true });

        var queue = (string)(await server.NextAsync()).Message["_reply_q"]!;
        Assert.True(await server.HasQueueAsync(queue, true, false, false, new() { ["x-expires"] = 1800000, ["x-queue-type"] = "quorum" }));
        await server.DeleteAsync(queue);
    }

    [Fact]
    public async Task An_unanswered_first_report_is_made_again_as_a_first_report()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = static () => null;
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Quick });

        var first = await server.NextAsync();
        await server.NextAsync();
        await agent.UntilAsync(HeartbeatPhase.Failing);
        Assert.Contains("Neutron's server does not answer within 0.3 s", agent.State.Problem, StringComparison.Ordinal);
        Assert.Null(agent.State.LastReport);
        server.Answer = static () => ("revived", null);
        await agent.UntilAsync(HeartbeatPhase.Reporting);

        Assert.True((bool)first.Agent["start_flag"]!);
        Assert.Equal("revived", agent.State.Standing);
        Assert.Equal([2301, 2300], agent.Lines);
    }

    // Serialised by oslo.messaging 14.0 as its dispatcher raises them.
    [Theory]
    [InlineData("""{"class": "NoSuchMethod", "module": "oslo_messaging.rpc.dispatcher", "message": "Endpoint does not support RPC method report_state", "tb": ["Traceback (most recent call last):\n"], "args": ["Endpoint does not support RPC method report_state"], "kwargs": {}}""")]
    [InlineData("""{"class": "UnsupportedVersion", "module": "oslo_messaging.rpc.dispatcher", "message": "Endpoint does not support RPC version 1.2. Attempted method: report_state", "tb": [], "args": [], "kwargs": {}}""")]
    public async Task A_server_without_the_method_is_not_asked_again(string failure)
    {
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = () => (null, failure);
        await using var agent = new RunningHeartbeat(broker.Options());

        await server.NextAsync();
        await agent.Run.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal((HeartbeatPhase.Off, null), (agent.State.Phase, agent.State.Broker));
        Assert.Equal([2304], agent.Lines);
        Assert.Contains("Endpoint does not support RPC", Assert.Single(agent.Log, l => l.Id == 2304).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_at_the_report_is_asked_again()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = static () => (null, """{"class": "DBConnectionError", "module": "oslo_db.exception", "message": "line one\nforged line", "tb": []}""");
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Quick });

        await server.NextAsync();
        await agent.UntilAsync(HeartbeatPhase.Failing);
        Assert.Contains("(DBConnectionError: line one forged line)", agent.State.Problem, StringComparison.Ordinal);
        server.Answer = static () => ("alive", null);
        await agent.UntilAsync(HeartbeatPhase.Reporting);
        Assert.Equal("alive", agent.State.Standing);
    }

    [Fact]
    public async Task Asked_to_stop_it_stops_at_once_while_waiting_for_anything()
    {
        await using var server = await ReportsServer.StartAsync(broker);
        server.Answer = static () => null;
        await using var asking = new RunningHeartbeat(broker.Options());
        await server.NextAsync();
        await asking.StopAsync();

        server.Answer = static () => ("new", null);
        await using var waiting = new RunningHeartbeat(broker.Options());
        await server.NextAsync();
        await waiting.UntilAsync(HeartbeatPhase.Reporting);
        await waiting.StopAsync();

        Assert.Equal((HeartbeatPhase.Idle, null), (waiting.State.Phase, waiting.State.Broker));
        Assert.DoesNotContain(waiting.Log.Concat(asking.Log), l => l.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Reports_are_counted_by_outcome()
    {
        var reported = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Name: "firstlight.inventory.heartbeats", Meter.Name: "Firstlight.Inventory" }) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.ToArray() is [{ Key: "outcome", Value: "reported" }]) Interlocked.Add(ref reported, (int)value);
        });
        listener.Start();
        await using var server = await ReportsServer.StartAsync(broker);
        await using var agent = new RunningHeartbeat(broker.Options() with { ReportInterval = Quick });

        await server.NextAsync();
        await server.NextAsync();
        await Support.Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref reported) >= 2), "two reports counted");
    }

    [Fact]
    public void The_recorded_answer_is_understood()
    {
        var answer = ReportAnswer.Read(Encoding.UTF8.GetBytes((string)RecordedTraffic.Answer["body"]!));
        Assert.Equal(new ReportAnswer("126e4d6943db44108d0f7de999af390f", "new", null, null), answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"oslo.message": 5}""")]
    [InlineData("""{"oslo.message": "{"}""")]
    [InlineData("""{"oslo.message": "\ud800"}""")]
    public void What_is_no_answer_is_ignored(string body) => Assert.Null(ReportAnswer.Read(Encoding.UTF8.GetBytes(body)));
}
