using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Firstlight.Api;

/// <summary>The meter <c>Firstlight.Api</c>; names and units follow OpenTelemetry's conventions, labels have few values.</summary>
internal sealed class ApiMetrics : IDisposable
{
    private readonly Meter _meter = new("Firstlight.Api");
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _builds;
    private readonly Counter<long> _stale;
    private readonly Counter<long> _ahead;

    /// <summary>Neutron as a service that is asked.</summary>
    public const string Neutron = "neutron";

    private readonly Histogram<double> _asked;

    public ApiMetrics(Func<long> cachedBytes, Func<int> cachedInstances)
    {
        _requests = _meter.CreateCounter<long>("firstlight.api.requests", "{request}", "Requests answered, by outcome.");
        _builds = _meter.CreateHistogram<double>("firstlight.api.snapshot.build.duration", "s", "Time to gather the facts of an instance, by outcome; its count is the number of builds.");
        _stale = _meter.CreateCounter<long>("firstlight.api.snapshot.stale", "{request}", "Requests answered from a snapshot kept while its store cannot be asked; those that waited for one build count once.");
        _ahead = _meter.CreateCounter<long>("firstlight.api.snapshot.ahead", "{snapshot}", "Snapshots built before their guest asked.");
        _asked = _meter.CreateHistogram<double>(
            "firstlight.api.upstream.duration", "s", "Time other services took to answer, by service and outcome; its count is the number of questions.");
        _meter.CreateObservableUpDownCounter("firstlight.api.snapshot_cache.size", cachedBytes, "By", "Memory held by cached snapshots, roughly.");
        _meter.CreateObservableUpDownCounter("firstlight.api.snapshot_cache.entries", cachedInstances, "{instance}", "Instances with a cached snapshot.");
    }

    public void Answered(int status)
    {
        if (_requests.Enabled) _requests.Add(1, new KeyValuePair<string, object?>("outcome", Outcome(status)));
    }

    public void Built(TimeSpan duration, string outcome)
    {
        if (_builds.Enabled) _builds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void ServedStale() => _stale.Add(1);

    public void BuiltAhead() => _ahead.Add(1);

    public void Asked(string service, TimeSpan duration, string outcome)
    {
        if (_asked.Enabled) _asked.Record(duration.TotalSeconds, new("service", service), new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>Asks a service and records how long it took.</summary>
    public async ValueTask<T> AskAsync<T>(string service, Func<ValueTask<T>> ask)
    {
        var begun = Stopwatch.GetTimestamp();
        var outcome = "error";
        try
        {
            var answer = await ask();
            outcome = "ok";
            return answer;
        }
        finally
        {
            Asked(service, Stopwatch.GetElapsedTime(begun), outcome);
        }
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
