using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Firstlight.Management;

/// <summary>Adds up what the program's meters measure, for /metrics. Measuring costs a lookup and an interlocked add.</summary>
internal sealed class MeterCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    private readonly Lock _scrape = new();

    /// <summary>Collects from meters whose name starts so, from now on.</summary>
    public MeterCollector(string meterPrefix)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith(meterPrefix, StringComparison.Ordinal)) return;
            listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, i => new InstrumentSeries(i)));
        };
        _listener.MeasurementsCompleted = (instrument, state) => _instruments.TryRemove(KeyValuePair.Create(instrument, Series(state)));
        _listener.SetMeasurementEventCallback<byte>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, v, tags, state) => Series(state).Record(v, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, v, tags, state) => Series(state).Record((double)v, tags));
        _listener.Start();
    }

    /// <summary>Reads observable instruments and returns everything, sorted by instrument name.</summary>
    public IReadOnlyList<InstrumentSeries> Collect()
    {
        lock (_scrape)
        {
            // What an observable instrument no longer tells is gone, so it starts anew each time.
            foreach (var series in _instruments.Values) series.ForgetObserved();
            _listener.RecordObservableInstruments();
            return [.. _instruments.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static InstrumentSeries Series(object? state) => (InstrumentSeries)state!;
}
