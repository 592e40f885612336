using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Firstlight.Management;

/// <summary>How an instrument is told to Prometheus.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Up and down.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>All series of one instrument: one for each set of labels, bounded in number.</summary>
internal sealed class InstrumentSeries
{
    /// <summary>More label sets than this are added up under one: labels have few values, and a fault in one must not eat the memory.</summary>
    private const int MaxSeries = 500;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    /// <summary>Seconds, from a cached answer to an upstream's time-out (OpenTelemetry's buckets for HTTP, with finer ones below).</summary>
    private static readonly double[] DefaultBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Series>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly double[] _bounds;
    private readonly bool _absolute;
    private readonly bool _observable;

    /// <summary>Series of an instrument, none yet.</summary>
    public InstrumentSeries(Instrument instrument)
    {
        _byText = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        _observable = instrument.IsObservable;
        (Kind, _absolute) = KindOf(instrument);
        _bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
        Name = PrometheusText.NameOf(instrument.Name, instrument.Unit, Kind);
        Help = instrument.Description ?? "";
    }

    /// <summary>Name for Prometheus.</summary>
    public string Name { get; }

    /// <summary>Description, may be empty.</summary>
    public string Help { get; }

    /// <summary>Kind.</summary>
    public MetricKind Kind { get; }

    /// <summary>Upper bounds of a histogram's buckets.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Series by label text, sorted.</summary>
    public IEnumerable<KeyValuePair<string, Series>> All => _series.OrderBy(p => p.Key, StringComparer.Ordinal);

    /// <summary>Adds a measurement. Safe from any thread.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        if (Kind == MetricKind.Histogram) series.Observe(value, _bounds);
        else if (_absolute) series.Set(value);
        else series.Add(value);
    }

    /// <summary>Drops what an observable instrument told before.</summary>
    public void ForgetObserved()
    {
        if (_observable) _series.Clear();
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new LabelText(stackalloc char[256]);
        try
        {
            foreach (var (name, value) in tags) labels.Append(name, value);
            if (_byText.TryGetValue(labels.Text, out var series)) return series;
            var key = _series.Count >= MaxSeries ? Overflow : labels.Text.ToString();
            return _series.GetOrAdd(key, static (_, buckets) => new Series(buckets), Kind == MetricKind.Histogram ? _bounds.Length + 1 : 0);
        }
        finally
        {
            labels.Dispose();
        }
    }

    private static (MetricKind Kind, bool Absolute) KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (generic == typeof(Counter<>)) return (MetricKind.Counter, false);
        if (generic == typeof(ObservableCounter<>)) return (MetricKind.Counter, true);
        if (generic == typeof(UpDownCounter<>)) return (MetricKind.Gauge, false);
        return generic == typeof(Histogram<>) ? (MetricKind.Histogram, false) : (MetricKind.Gauge, true);
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };
}

/// <summary>One series: a number, or the buckets of a histogram.</summary>
internal sealed class Series(int buckets)
{
    private readonly long[] _counts = new long[buckets];
    private double _value;

    /// <summary>The number; of a histogram the sum.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>Observations in each bucket, not accumulated; the last one has no upper bound.</summary>
    public long[] Buckets()
    {
        var copy = new long[_counts.Length];
        for (var i = 0; i < copy.Length; i++) copy[i] = Interlocked.Read(ref _counts[i]);
        return copy;
    }

    /// <summary>Replaces the number.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);

    /// <summary>Adds to the number.</summary>
    public void Add(double value)
    {
        double seen, before = Volatile.Read(ref _value);
        while ((seen = Interlocked.CompareExchange(ref _value, before + value, before)) != before) before = seen;
    }

    /// <summary>Counts an observation.</summary>
    public void Observe(double value, double[] bounds)
    {
        var at = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[at < 0 ? ~at : at]);
        Add(value);
    }
}
