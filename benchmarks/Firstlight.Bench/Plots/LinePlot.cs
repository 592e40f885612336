using Firstlight.Bench.Report;

namespace Firstlight.Bench.Plots;

/// <summary>Curves over a common axis, with their least and most at each point.</summary>
/// <param name="Name">File name.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Across">What the horizontal axis is.</param>
/// <param name="Curves">The curves; ours have a colour of their own.</param>
/// <param name="Say">Puts a figure of the vertical axis as people read it.</param>
/// <param name="IsLogarithmic">Of the vertical axis; the horizontal one always is.</param>
internal sealed record LinePlot(string Name, string Title, string Across, IReadOnlyList<Curve> Curves, Func<double, string> Say, bool IsLogarithmic = true) : Plot(Name, Title)
{
    private const double Width = 720;
    private const double Height = 320;
    private const double Left = 66;
    private const double Right = 24;
    private const double Top = 52;
    private const double Bottom = 44;

    /// <summary>A line across that should not be crossed, and what it is; null for none.</summary>
    public (double Value, string Text)? Limit { get; init; }

    public override string Render()
    {
        var points = Curves.SelectMany(c => c.Points).ToArray();
        var x = Scale.Around([.. points.Select(p => p.X)]);
        var y = Scale.Over([.. points.SelectMany(p => (double[])[p.Y.Least, p.Y.Most]), .. Limit is { } l ? (double[])[l.Value] : []], IsLogarithmic);
        var svg = new Svg(Width, Height, Title);
        svg.Text(8, 18, Title, kind: "title");
        foreach (var mark in y.Marks())
        {
            svg.Line(Left, Y(mark), Width - Right, Y(mark), "grid");
            svg.Text(Left - 8, Y(mark) + 4, Say(mark), "end", "soft");
        }

        foreach (var at in points.Select(p => p.X).Distinct().Order()) svg.Text(X(at), Height - 26, Texts.Count(at), "middle", "soft");
        svg.Text((Left + Width - Right) / 2, Height - 8, Across, "middle", "soft");
        if (Limit is { } limit)
        {
            svg.Line(Left, Y(limit.Value), Width - Right, Y(limit.Value), "limit");
            svg.Text(Width - Right, Y(limit.Value) - 5, limit.Text, "end", "soft");
        }

        var (legend, peers) = (Left, 0);
        foreach (var curve in Curves)
        {
            var kind = Svg.ClassOf(curve.IsOurs, curve.IsOurs ? 0 : peers++);
            svg.Dot(legend + 4, 36, kind);
            svg.Text(legend + 13, 40, curve.Label);
            legend += 30 + (curve.Label.Length * Svg.LetterWidth);
            svg.Path([.. curve.Points.Select(p => (X(p.X), Y(p.Y.Median)))], kind);
            foreach (var p in curve.Points) Point(svg, p, kind);
        }

        return svg.ToString();

        double X(double value) => Left + (x.At(value) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - (y.At(value) * (Height - Top - Bottom));

        void Point(Svg on, Point p, string kind)
        {
            if (p.Y.Most > p.Y.Least) on.Line(X(p.X), Y(p.Y.Least), X(p.X), Y(p.Y.Most), "noise");
            on.Dot(X(p.X), Y(p.Y.Median), kind);
            if (p.Note is { } note) on.Text(X(p.X), Y(p.Y.Most) - 8, note, "middle");
        }
    }
}

/// <summary>A curve.</summary>
internal sealed record Curve(string Label, IReadOnlyList<Point> Points, bool IsOurs);

/// <summary>A point of a curve.</summary>
/// <param name="X">Above 0.</param>
/// <param name="Y">Its height, and the noise.</param>
/// <param name="Note">Above it; null for nothing.</param>
internal sealed record Point(double X, Spread Y, string? Note = null);
