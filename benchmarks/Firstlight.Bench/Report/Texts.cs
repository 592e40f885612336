using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Report;

/// <summary>Figures as people read them.</summary>
internal static class Texts
{
    /// <summary><c>0.85×</c>.</summary>
    public static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:F2}×");

    /// <summary><c>1/13.9</c>.</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"1/{(1 / share >= 100 ? Math.Round(1 / share) : Math.Round(1 / share, 1))}");

    /// <summary><c>250 µs</c>, <c>1.3 ms</c>, <c>2 s</c>: three digits or so.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0",
        < 0.000_000_9995 => $"{Digits(seconds * 1e9)} ns",
        < 0.000_9995 => $"{Digits(seconds * 1e6)} µs",
        < 0.9995 => $"{Digits(seconds * 1e3)} ms",
        _ => $"{Digits(seconds)} s",
    };

    /// <summary>Three digits, without a tail of zeros.</summary>
    public static string Digits(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    /// <summary><c>median (least–most)</c>; the figure alone where there is one.</summary>
    public static string Range(Spread spread, Func<double, string> say) =>
        spread.Least == spread.Most ? say(spread.Median) : $"{say(spread.Median)} ({say(spread.Least)}–{say(spread.Most)})";

    /// <summary><c>1,000</c>.</summary>
    public static string Count(double count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary><c>KiB</c>, <c>MiB</c>, <c>GiB</c>.</summary>
    public static string Memory(double bytes) => Math.Abs(bytes) switch
    {
        0 => "0",
        < 10_000 => $"{Digits(bytes)} B",
        < 10_000 * 1024d => $"{Digits(bytes / 1024)} KiB",
        < 10_000 * 1024d * 1024 => $"{Digits(bytes / 1024 / 1024)} MiB",
        _ => $"{Digits(bytes / 1024 / 1024 / 1024)} GiB",
    };

    /// <summary>Appends a line, in the invariant culture.</summary>
    public static void Line(this StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
