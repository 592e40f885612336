using System.Globalization;
using System.Text;

namespace Firstlight.Management;

/// <summary>Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>Its content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Renders instruments; two of one name (two meters) become one family.</summary>
    public static string Render(IReadOnlyList<InstrumentSeries> instruments)
    {
        var text = new StringBuilder();
        foreach (var family in instruments.GroupBy(i => i.Name, StringComparer.Ordinal))
        {
            var first = family.First();
            if (first.Help.Length > 0) text.Append("# HELP ").Append(first.Name).Append(' ').Append(Escape(first.Help)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(' ').Append(first.Kind switch
            {
                MetricKind.Counter => "counter",
                MetricKind.Gauge => "gauge",
                _ => "histogram",
            }).Append('\n');
            foreach (var instrument in family)
                foreach (var (labels, series) in instrument.All) Append(text, instrument, labels, series);
        }

        return text.ToString();
    }

    /// <summary>OpenTelemetry's rule for names: dots become underscores, the unit and for counters <c>_total</c> are appended.</summary>
    public static string NameOf(string name, string? unit, MetricKind kind)
    {
        var result = new StringBuilder();
        foreach (var c in name) result.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_');
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "1" when kind == MetricKind.Gauge => "_ratio", _ => "" };
        if (!result.ToString().EndsWith(suffix, StringComparison.Ordinal)) result.Append(suffix);
        if (kind == MetricKind.Counter && !result.ToString().EndsWith("_total", StringComparison.Ordinal)) result.Append("_total");
        return result.ToString();
    }

    private static void Append(StringBuilder text, InstrumentSeries instrument, string labels, Series series)
    {
        if (instrument.Kind != MetricKind.Histogram)
        {
            Sample(text, instrument.Name, labels, series.Value);
            return;
        }

        var total = 0L;
        var buckets = series.Buckets();
        var comma = labels.Length > 0 ? "," : "";
        for (var i = 0; i < buckets.Length; i++)
        {
            total += buckets[i];
            var bound = i < instrument.Bounds.Count ? Number(instrument.Bounds[i]) : "+Inf";
            Sample(text, $"{instrument.Name}_bucket", $"{labels}{comma}le=\"{bound}\"", total);
        }

        Sample(text, $"{instrument.Name}_sum", labels, series.Value);
        Sample(text, $"{instrument.Name}_count", labels, total);
    }

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Escape(string help) => help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
