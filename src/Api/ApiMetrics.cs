using System.Diagnostics.Metrics;

namespace Firstlight.Api;

/// <summary>The meter <c>Firstlight.Api</c>; names and units follow OpenTelemetry's conventions, labels have few values.</summary>
internal sealed class ApiMetrics : IDisposable
{
    private readonly Meter _meter = new("Firstlight.Api");
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _builds;

    public ApiMetrics(Func<long> cachedBytes, Func<int> cachedInstances)
    {
        _requests = _meter.CreateCounter<long>("firstlight.api.requests", "{request}", "Requests answered, by outcome.");
        _builds = _meter.CreateHistogram<double>(
            "firstlight.api.snapshot.build.duration", "s", "Time to gather the facts of an instance, by outcome; its count is the number of builds.");
        _meter.CreateObservableUpDownCounter("firstlight.api.snapshot_cache.size", cachedBytes, "By", "Memory held by cached snapshots, roughly.");
        _meter.CreateObservableUpDownCounter("firstlight.api.snapshot_cache.entries", cachedInstances, "{instance}", "Instances cached.");
    }

    public void Answered(int status)
    {
        if (_requests.Enabled) _requests.Add(1, new KeyValuePair<string, object?>("outcome", Outcome(status)));
    }

    public void Built(TimeSpan duration, string outcome)
    {
        if (_builds.Enabled) _builds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void Dispose() => _meter.Dispose();

    private static string Outcome(int status) => status switch
    {
        < 300 => "ok",
        400 => "bad_request",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        503 => "unavailable",
        < 500 => "refused",
        _ => "error",
    };
}
