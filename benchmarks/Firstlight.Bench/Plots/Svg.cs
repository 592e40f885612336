using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Plots;

/// <summary>An SVG file being written: shapes with a class each, whose colours the style has for light and for dark.</summary>
internal sealed class Svg
{
    /// <summary>Widths of letters are guessed: the reader's font is not known here.</summary>
    public const double LetterWidth = 6.4;

    private const string Style = """
        text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
        .title{font-weight:600;font-size:13px}.soft{fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}
        .ours{fill:#0969da}.peer0{fill:#8c959f}.peer1{fill:#bc4c00}.peer2{fill:#8250df}.peer3{fill:#1a7f37}
        path.ours,path.peer0,path.peer1,path.peer2,path.peer3{fill:none;stroke-width:2}
        path.ours{stroke:#0969da}path.peer0{stroke:#8c959f}path.peer1{stroke:#bc4c00}path.peer2{stroke:#8250df}path.peer3{stroke:#1a7f37}
        .noise{stroke:#1f2328;stroke-width:1.5;opacity:.55}.limit{stroke:#cf222e;stroke-width:1.5;stroke-dasharray:5 4}
        @media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#3d444d}.noise{stroke:#e6edf3}
        .ours{fill:#4493f8}.peer0{fill:#9198a1}.peer1{fill:#f0883e}.peer2{fill:#ab7df8}.peer3{fill:#3fb950}
        path.ours{stroke:#4493f8}path.peer0{stroke:#9198a1}path.peer1{stroke:#f0883e}path.peer2{stroke:#ab7df8}path.peer3{stroke:#3fb950}.limit{stroke:#f85149}}
        """;

    private readonly StringBuilder _text = new();

    public Svg(double width, double height, string title)
    {
        Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:0.##} {height:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" role=\"img\" aria-label=\"{Escape(title)}\">");
        Write($"<title>{Escape(title)}</title><style>{Style.ReplaceLineEndings("")}</style>");
    }

    /// <summary>The text of the kind of theme a series has: ours first, then peers.</summary>
    public static string ClassOf(bool ours, int peer) => ours ? "ours" : string.Create(CultureInfo.InvariantCulture, $"peer{peer % 4}");

    public void Rectangle(double x, double y, double width, double height, string kind) =>
        Write($"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(width, 0.5):0.##}\" height=\"{height:0.##}\" rx=\"2\" class=\"{kind}\"/>");

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        Write($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" class=\"{kind}\"/>");

    public void Dot(double x, double y, string kind) => Write($"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"3.5\" class=\"{kind}\"/>");

    public void Path(IReadOnlyList<(double X, double Y)> points, string kind)
    {
        var d = string.Join(' ', points.Select((p, i) => string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? 'M' : 'L')}{p.X:0.##} {p.Y:0.##}")));
        Write($"<path d=\"{d}\" class=\"{kind}\"/>");
    }

    /// <param name="x">Where.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">What it says.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="kind">Classes; empty for plain text.</param>
    public void Text(double x, double y, string text, string anchor = "start", string kind = "") =>
        Write($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{(kind.Length == 0 ? "" : $" class=\"{kind}\"")}>{Escape(text)}</text>");

    public override string ToString() => $"{_text}</svg>\n";

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    private void Write(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
