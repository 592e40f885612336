using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>path</c> as people read it.</summary>
internal static class PathTable
{
    public static string Render(LoadResult result)
    {
        var text = new StringBuilder();
        foreach (var measure in result.Measures)
        {
            foreach (var ratio in measure.Ratios) text.Ratio(measure, ratio, Texts.Times, Budget(measure, ratio));
        }

        text.MeasureTable(result.Measures);
        var settings = result.Settings;
        text.Line($"");
        foreach (var measure in result.Measures) text.Line($"- {measure.Name}: {measure.What}");
        text.Line($"");
        text.Line($"Medians of {settings.Rounds} rounds of {settings.Seconds} s (least–most), peers taking turns; a document of {settings.BodyBytes} bytes; server on processor 0, load on processor 1. CPU is that of all processes of the peer; memory is proportional set size after the load.");
        text.Others(result.Measures);
        text.Machine(result.Host, result.Finished);
        text.Failures(result.Measures);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(LoadResult result)
    {
        if (result.Of("closed") is { } closed) yield return closed.CpuPlot("path-closed", "CPU a request, a new connection for each (bars: median; line: least to most)");
        if (result.Of("kept") is { } kept) yield return kept.CpuPlot("path-kept", "CPU a request, connections that stay open");
    }

    public static IEnumerable<Figure> Figures(LoadResult result)
    {
        if (result.Of("closed") is not { } closed) yield break;
        foreach (var ratio in closed.Ratios)
        {
            var (ours, other) = (closed.Of(ratio.One)!, closed.Of(ratio.Other)!);
            yield return new(
                $"CPU of a request on a new connection, against {other.Description}",
                Texts.Seconds(other.CpuMicrosecondsPerRequest.Median / 1e6), Texts.Seconds(ours.CpuMicrosecondsPerRequest.Median / 1e6), Texts.Times(ratio.Cpu.Median), Budget(closed, ratio));
        }
    }

    // The design's: against haproxy and what is behind it, and one day against nginx alone.
    private static Verdict? Budget(Measure measure, Ratio ratio) => (measure.Name, ratio.Other) switch
    {
        ("closed", "haproxy") => Verdict.Times(ratio.Cpu.Median, 1.1, 0.3),
        ("closed", "nginx") => Verdict.GoalTimes(ratio.Cpu.Median, 0.7),
        _ => null,
    };
}
