using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Support;
using Firstlight.Agent.Tests.Upstream;
using Firstlight.Inventory;
using Microsoft.Extensions.Logging.Abstractions;

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
        await using var agent = await TestAgent.StartAsync(new AgentOptions { RecoveryWait = TimeSpan.Zero, RateLimit = new RateLimitOptions { BaseLimit = 3 } });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        agent.Directory.AddTwice(TestAgent.HomeScope, "127.0.0.2");
        var requests = new ConcurrentDictionary<string, long>();
        var durations = new ConcurrentBag<double>();
        var lookups = new ConcurrentDictionary<string, long>();
        var gauges = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Firstlight.Agent") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => durations.Add(value));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => gauges[tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}"] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            (instrument.Name.EndsWith("lookups", StringComparison.Ordinal) ? lookups : requests).AddOrUpdate((string)tags[0].Value!, value, (_, old) => old + value));
        listener.Start();

        await GuestClient.GetHomeAsync(agent.Home, "/x");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.2");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.3");
        await GuestClient.SendHomeAsync(agent.Home, "OPTIONS * HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
        agent.Directory.IsAway = true;
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.4");
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        listener.RecordObservableInstruments();

        Assert.Equal(["ambiguous 1", "found 1", "limited 1", "refused 1", "stale 1", "unavailable 1", "unknown 1"], requests.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(7, durations.Count);
        Assert.Equal(["memory 3"], lookups.Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.Equal((1, 0, 0), (gauges["firstlight.agent.listeners listening"], gauges["firstlight.agent.listeners failing"], gauges["firstlight.agent.listeners namespace_missing"]));
        Assert.Equal(0, gauges["firstlight.agent.infected_threads"]);
        Assert.True(gauges.ContainsKey("firstlight.agent.connections"));
    }

    [Fact]
    public async Task Questions_that_the_directory_had_to_ask_are_timed_and_those_it_failed_at_too()
    {
        var seen = new ConcurrentQueue<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self, "firstlight.agent.directory.") };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen.Enqueue($"{instrument.Name} {tags[0].Value}"));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => seen.Enqueue($"{instrument.Name} {tags[0].Value}"));
        listener.Start();
        var (later, never) = (new TaskCompletionSource<PortLookup>(), new TaskCompletionSource<PortLookup>());
        var answers = new Queue<Task<PortLookup>>([Task.FromResult<PortLookup>(default), later.Task, never.Task]);
        await using var listeners = new NamespaceListeners(new AgentOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var metrics = new AgentMetrics(listeners);
        var directory = new MeasuredDirectory(new Scripted(() => new(answers.Dequeue())), metrics, TimeProvider.System);

        await directory.FindAsync(default, CancellationToken.None);
        var answered = directory.FindAfreshAsync(default, CancellationToken.None);
        later.SetResult(default);
        await answered;
        var failed = directory.FindAsync(default, CancellationToken.None);
        never.SetException(new InventoryUnavailableException("made by the test"));
        await Assert.ThrowsAsync<InventoryUnavailableException>(async () => await failed);

        Assert.Equal(
            [
                "firstlight.agent.directory.lookups memory",
                "firstlight.agent.directory.lookups store", "firstlight.agent.directory.duration ok",
                "firstlight.agent.directory.lookups store", "firstlight.agent.directory.duration error",
            ],
            seen);
    }

    [Fact]
    public async Task Servers_of_the_metadata_api_are_timed_by_outcome_and_seen_when_they_fail()
    {
        await using var good = RawPeer.Answering(RawPeer.Ok("good"));
        await using var bad = RawPeer.Saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut");
        using var upstream = Asking.Of($"127.0.0.1:{good.Port},127.0.0.1:{bad.Port},127.0.0.2:1");
        var seen = new ConcurrentQueue<string>();
        var healthy = new ConcurrentDictionary<string, int>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self, "firstlight.agent.upstream.") };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Enqueue($"{tags[0].Value} {tags[1].Value}"));
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => healthy[(string)tags[0].Value!] = value);
        listener.Start();

        await upstream.Ask();
        listener.RecordObservableInstruments();

        Assert.Equal([$"127.0.0.1:{bad.Port} broken", "127.0.0.2:1 unreachable", $"127.0.0.1:{good.Port} answered"], seen);
        Assert.Equal((1, 1, 0), (healthy[$"127.0.0.1:{good.Port}"], healthy[$"127.0.0.1:{bad.Port}"], healthy["127.0.0.2:1"]));
    }

    [Fact]
    public async Task Counting_costs_no_memory()
    {
        await using var listeners = new NamespaceListeners(new AgentOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var metrics = new AgentMetrics(listeners);
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(instrument, self, "firstlight.agent.") };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.Start();
        var directory = new MeasuredDirectory(new Scripted(static () => default), metrics, TimeProvider.System);
        Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Count();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count()
        {
            metrics.Answered(GuestOutcome.Limited, TimeSpan.FromMilliseconds(1));
#pragma warning disable CA2012 // It completes at once, and awaiting it is not what is measured.
            Assert.True(directory.FindAsync(default, CancellationToken.None).IsCompletedSuccessfully);
#pragma warning restore CA2012
        }
    }

    private static void Enable(Instrument instrument, MeterListener listener, string prefix)
    {
        if (instrument.Name.StartsWith(prefix, StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
    }

    private sealed class Scripted(Func<ValueTask<PortLookup>> answer) : IPortDirectory
    {
        public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken) => answer();
    }
}
