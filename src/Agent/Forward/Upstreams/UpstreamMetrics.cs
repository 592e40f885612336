using System.Diagnostics.Metrics;

namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>What is measured of the metadata API over HTTP, under the agent's meter.</summary>
internal sealed class UpstreamMetrics : IDisposable
{
    private readonly Meter _meter = new(AgentMetrics.MeterName);
    private readonly Histogram<double> _duration;

    public UpstreamMetrics(IReadOnlyList<HttpBackend> backends)
    {
        _duration = _meter.CreateHistogram(
            "firstlight.agent.upstream.request.duration", "s", "Time of one request to one server of the metadata API", advice: AgentMetrics.Buckets);
        _meter.CreateObservableUpDownCounter(
            "firstlight.agent.upstream.healthy",
            () => backends.Select(static backend => new Measurement<int>(backend.Health.IsHealthy ? 1 : 0, UpstreamTag(backend))),
            "{server}",
            "Whether a server of the metadata API gets requests in turn: 1, else 0");
    }

    public void Asked(HttpBackend backend, string outcome, TimeSpan duration) =>
        _duration.Record(duration.TotalSeconds, UpstreamTag(backend), new KeyValuePair<string, object?>("outcome", outcome));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> UpstreamTag(HttpBackend backend) => new("upstream", backend.Name);
}
