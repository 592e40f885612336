using System.Xml.Linq;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Plots;

public sealed class PlotTests
{
    [Fact]
    public void Bars_are_as_long_as_their_figures()
    {
        var svg = XDocument.Parse(new BarPlot("p", "a <title> & more", [new("ours", new(10, 9, 12), IsOurs: true), new("theirs", new(20, 20, 20), IsOurs: false)], Texts.Seconds).Render());

        var bars = Elements(svg, "rect").Select(r => (double)r.Attribute("width")!).ToArray();
        Assert.Equal(2, bars[1] / bars[0], 2);
        Assert.Contains("a <title> & more", svg.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_ratios_are_equal_steps_where_figures_are_far_apart()
    {
        var svg = XDocument.Parse(new LinePlot(
            "p", "t", "guests", [new("ours", [new(200, new(1, 1, 1)), new(2000, new(10, 10, 10), "none failed")], IsOurs: true), new("theirs", [new(200, new(100, 90, 110))], IsOurs: false)], Texts.Digits).Render());

        // The first dot of each curve is its legend's.
        var heights = Elements(svg, "circle").Select(c => (double)c.Attribute("cy")!).Where(y => y != 36).ToArray();
        Assert.Equal(heights[0] - heights[1], heights[1] - heights[2], 1);
        Assert.Contains("none failed", svg.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("2,000", svg.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plot_follows_the_readers_theme() =>
        Assert.Contains("prefers-color-scheme:dark", new BarPlot("p", "t", [new("a", new(1, 1, 1), IsOurs: true)], Texts.Digits).Render(), StringComparison.Ordinal);

    private static IEnumerable<XElement> Elements(XDocument svg, string name) => svg.Descendants(XName.Get(name, "http://www.w3.org/2000/svg"));
}
