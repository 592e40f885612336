using Firstlight.Bench.Report;

namespace Firstlight.Bench.Plots;

/// <summary>Bars side by side, with their least and most as a line across the end.</summary>
/// <param name="Name">File name.</param>
/// <param name="Title">What it shows, with the unit.</param>
/// <param name="Bars">From the top.</param>
/// <param name="Say">Puts a figure as people read it.</param>
/// <param name="IsLogarithmic">For figures far apart.</param>
internal sealed record BarPlot(string Name, string Title, IReadOnlyList<Bar> Bars, Func<double, string> Say, bool IsLogarithmic = false) : Plot(Name, Title)
{
    private const double Width = 720;
    private const double Row = 30;
    private const double Top = 34;

    public override string Render()
    {
        var height = Top + (Bars.Count * Row) + 26;
        var left = Math.Min(330, (Bars.Max(b => b.Label.Length) * Svg.LetterWidth) + 18);
        const double Room = 78;
        var across = Width - left - Room;
        var scale = Scale.Over(Bars.SelectMany(b => (double[])[b.Value.Most, b.Value.Least]), IsLogarithmic);
        var svg = new Svg(Width, height, Title);
        svg.Text(8, 18, Title, kind: "title");
        foreach (var mark in scale.Marks())
        {
            svg.Line(X(mark), Top - 4, X(mark), height - 22, "grid");
            svg.Text(X(mark), height - 8, Say(mark), "middle", "soft");
        }

        var peers = 0;
        for (var i = 0; i < Bars.Count; i++)
        {
            var (bar, y) = (Bars[i], Top + (i * Row));
            svg.Text(left - 8, y + 17, bar.Label, "end");
            svg.Rectangle(left, y + 3, X(bar.Value.Median) - left, Row - 9, Svg.ClassOf(bar.IsOurs, bar.IsOurs ? 0 : peers++));
            if (bar.Value.Most > bar.Value.Least) svg.Line(X(bar.Value.Least), y + 12.5, X(bar.Value.Most), y + 12.5, "noise");
            svg.Text(X(bar.Value.Most) + 7, y + 17, Say(bar.Value.Median));
        }

        return svg.ToString();

        double X(double value) => left + (scale.At(value) * across);
    }
}

/// <summary>A bar.</summary>
/// <param name="Label">Beside it.</param>
/// <param name="Value">Its length, and the noise.</param>
/// <param name="IsOurs">Ours has a colour of its own.</param>
internal sealed record Bar(string Label, Spread Value, bool IsOurs);
