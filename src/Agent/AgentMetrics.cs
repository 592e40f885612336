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
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public AgentMetrics(NamespaceListeners listeners)
    {
        _requests = _meter.CreateCounter<long>("firstlight.agent.guest.requests", "{request}", "Requests of guests by outcome");
        _duration = _meter.CreateHistogram<double>(
            "firstlight.agent.guest.request.duration",
            "s",
            "Time from the complete header until the answer is known",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60] });
        _meter.CreateObservableUpDownCounter("firstlight.agent.listeners", listeners.CountListening, "{listener}", "Listeners that listen");
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

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(GuestOutcome outcome) => new("outcome", outcome switch
    {
        GuestOutcome.Found => "found",
        GuestOutcome.Unknown => "unknown",
        GuestOutcome.Ambiguous => "ambiguous",
        GuestOutcome.Stale => "stale",
        GuestOutcome.Refused => "refused",
        GuestOutcome.Unavailable => "unavailable",
        _ => throw new UnreachableException(),
    });
}
