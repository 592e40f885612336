using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Firstlight.Api.Tests;

public sealed class ApiMetricsTests
{
    [Fact]
    public async Task Questions_to_other_services_are_counted_by_outcome()
    {
        // Tests share the process and its meters, so the service's name tells this one's.
        var service = $"service-{Guid.NewGuid():n}";
        var outcomes = new ConcurrentQueue<string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Name: "firstlight.api.upstream.duration", Unit: "s", Meter.Name: "Firstlight.Api" }) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var labels = tags.ToArray().ToDictionary();
            if (Equals(labels["service"], service)) outcomes.Enqueue((string?)labels["outcome"]);
        });
        listener.Start();

        using var metrics = new ApiMetrics(() => 0, () => 0);
        Assert.Equal(7, await metrics.AskAsync(service, () => ValueTask.FromResult(7)));
        await Assert.ThrowsAsync<IOException>(() => metrics.AskAsync<int>(service, () => throw new IOException()).AsTask());
        Assert.Equal(["ok", "error"], outcomes);
    }
}
