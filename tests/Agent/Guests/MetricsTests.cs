using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Guests;

// Alone: a listener hears every agent of the process.
[CollectionDefinition(nameof(MetricsTests), DisableParallelization = true)]
public sealed class MetricsCollection;

[Collection(nameof(MetricsTests))]
public sealed class MetricsTests
{
    [Fact]
    public async Task Requests_are_counted_by_outcome_and_listeners_are_seen()
    {
        await using var agent = await TestAgent.StartAsync(new AgentOptions { RecoveryWait = TimeSpan.Zero });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        agent.Directory.AddTwice(TestAgent.HomeScope, "127.0.0.2");
        var requests = new ConcurrentDictionary<string, long>();
        var durations = new ConcurrentBag<double>();
        var gauges = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Firstlight.Agent") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => durations.Add(value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => gauges[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => requests.AddOrUpdate((string)tags[0].Value!, value, (_, old) => old + value));
        listener.Start();

        await GuestClient.GetHomeAsync(agent.Home, "/x");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.2");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.3");
        await GuestClient.SendHomeAsync(agent.Home, "OPTIONS * HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
        agent.Directory.IsAway = true;
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.4");
        listener.RecordObservableInstruments();

        Assert.Equal(["ambiguous 1", "found 1", "refused 1", "stale 1", "unavailable 1", "unknown 1"], requests.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(6, durations.Count);
        Assert.Equal(1, gauges["firstlight.agent.listeners"]);
        Assert.Equal(0, gauges["firstlight.agent.infected_threads"]);
        Assert.True(gauges.ContainsKey("firstlight.agent.connections"));
    }
}
