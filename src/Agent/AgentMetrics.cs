using System.Diagnostics;
using System.Diagnostics.Metrics;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Listeners;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent;

/// <summary>What the agent counts, under the meter <c>Firstlight.Agent</c>. Units are UCUM's, as OpenTelemetry asks.</summary>
internal sealed class AgentMetrics : IDisposable
{
    public const string MeterName = "Firstlight.Agent";

    /// <summary>Bounds of durations, in seconds: from a request answered from memory to the longest wait.</summary>
    public static readonly InstrumentAdvice<double> Buckets =
        new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60] };

    private static readonly ListenerState[] States = Enum.GetValues<ListenerState>();
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _lookups;
    private readonly Histogram<double> _lookupDuration;

    public AgentMetrics(NamespaceListeners listeners)
    {
        _requests = _meter.CreateCounter<long>("firstlight.agent.guest.requests", "{request}", "Requests of guests by outcome");
        _duration = _meter.CreateHistogram(
            "firstlight.agent.guest.request.duration", "s", "Time from the complete header until the answer is known", advice: Buckets);
        _lookups = _meter.CreateCounter<long>("firstlight.agent.directory.lookups", "{lookup}", "Questions to the port directory, by whether its memory had the answer");
        _lookupDuration = _meter.CreateHistogram(
            "firstlight.agent.directory.duration", "s", "Time of those questions to the port directory that its memory could not answer", advice: Buckets);
        _meter.CreateObservableUpDownCounter("firstlight.agent.listeners", () => CountByState(listeners), "{listener}", "Wanted listeners by state");
        _meter.CreateObservableUpDownCounter("firstlight.agent.connections", listeners.CountConnections, "{connection}", "Open connections of guests");
        _meter.CreateObservableGauge(
            "firstlight.agent.infected_threads", ThreadNamespaceCheck.CountInfected, "{thread}", "Threads stuck in a foreign network namespace; must be 0");
    }

    public void Answered(GuestOutcome outcome, TimeSpan duration)
    {
        var tag = Tag(outcome);
        _requests.Add(1, tag);
        _duration.Record(duration.TotalSeconds, tag);
    }

    /// <summary>The directory answered at once.</summary>
    public void LookedUp() => _lookups.Add(1, new KeyValuePair<string, object?>("source", "memory"));

    /// <summary>The directory had to ask.</summary>
    public void LookedUp(TimeSpan duration, bool failed)
    {
        _lookups.Add(1, new KeyValuePair<string, object?>("source", "store"));
        _lookupDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", failed ? "error" : "ok"));
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> CountByState(NamespaceListeners listeners)
    {
        var all = listeners.Describe();
        return States.Select(state => new Measurement<int>(all.Count(listener => listener.State == state), new KeyValuePair<string, object?>("state", state switch
        {
            ListenerState.Listening => "listening",
            ListenerState.NamespaceMissing => "namespace_missing",
            ListenerState.Failing => "failing",
            _ => throw new UnreachableException(),
        })));
    }

    private static KeyValuePair<string, object?> Tag(GuestOutcome outcome) => new("outcome", outcome switch
    {
        GuestOutcome.Found => "found",
        GuestOutcome.Unknown => "unknown",
        GuestOutcome.Ambiguous => "ambiguous",
        GuestOutcome.Stale => "stale",
        GuestOutcome.Refused => "refused",
        GuestOutcome.Limited => "limited",
        GuestOutcome.Unavailable => "unavailable",
        _ => throw new UnreachableException(),
    });
}
