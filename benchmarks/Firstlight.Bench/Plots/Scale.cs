namespace Firstlight.Bench.Plots;

/// <summary>From figures to places on an axis, with marks a reader can count by.</summary>
/// <param name="Least">Figure at the beginning.</param>
/// <param name="Most">Figure at the end.</param>
/// <param name="IsLogarithmic">Equal steps are equal ratios.</param>
internal sealed record Scale(double Least, double Most, bool IsLogarithmic)
{
    /// <summary>A scale that holds all figures.</summary>
    public static Scale Over(IEnumerable<double> values, bool logarithmic)
    {
        var all = values.Where(v => !logarithmic || v > 0).ToArray();
        if (!logarithmic) return new(0, all.Max() * 1.02, IsLogarithmic: false);
        // At least a decade, so that there are two marks.
        var (least, most) = (Math.Floor(Math.Log10(all.Min()) + 1e-9), Math.Ceiling(Math.Log10(all.Max()) - 1e-9));
        return new(Math.Pow(10, least), Math.Pow(10, Math.Max(most, least + 1)), IsLogarithmic: true);
    }

    /// <summary>A logarithmic scale that ends near the outermost figures.</summary>
    public static Scale Around(IReadOnlyCollection<double> values) => new(values.Min() / 1.25, values.Max() * 1.25, IsLogarithmic: true);

    /// <summary>0 at <see cref="Least"/>, 1 at <see cref="Most"/>.</summary>
    public double At(double value) => IsLogarithmic
        ? Math.Log(Math.Max(value, Least) / Least) / Math.Log(Most / Least)
        : (value - Least) / (Most - Least);

    /// <summary>Round figures along it.</summary>
    public IEnumerable<double> Marks()
    {
        if (IsLogarithmic)
        {
            // Many decades would stand too close.
            var stride = Math.Log10(Most / Least) > 7 ? 100 : 10;
            for (var mark = Least; mark <= Most * 1.001; mark *= stride) yield return mark;
            yield break;
        }

        var step = Math.Pow(10, Math.Floor(Math.Log10(Most)));
        step = (Most / step) switch { < 2 => step / 4, < 5 => step / 2, _ => step };
        for (var mark = 0.0; mark <= Most; mark += step) yield return Math.Round(mark, 10);
    }
}
