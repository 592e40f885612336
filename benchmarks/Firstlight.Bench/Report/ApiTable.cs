using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>api</c> as people read it.</summary>
internal static class ApiTable
{
    public static string Render(LoadResult result)
    {
        var text = new StringBuilder();
        foreach (var measure in result.Measures)
        {
            foreach (var ratio in measure.Ratios) text.Ratio(measure, ratio, ratio.Other == "nova" ? Texts.Share : Texts.Times, Budget(measure, ratio));
        }

        text.MeasureTable(result.Measures);
        var settings = result.Settings;
        text.Line($"");
        foreach (var measure in result.Measures) text.Line($"- {measure.Name}: {measure.What}");
        text.Line($"");
        text.Line($"Medians of {settings.Rounds} rounds of {settings.Seconds} s (least–most), peers taking turns; `meta_data.json` of one instance, {settings.BodyBytes} bytes, signed as the metadata agent signs; both services read the same database and `nova.conf` and answer from their caches; servers on processor 0, load and database on processor 1. CPU is that of all processes of the peer, without the database.");
        text.Others(result.Measures);
        text.Machine(result.Host, result.Finished);
        text.Failures(result.Measures);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(LoadResult result)
    {
        if (result.Of("kept") is { } kept) yield return kept.CpuPlot("api-kept", "CPU of a signed request, connections that stay open");
        if (result.Of("closed") is { } closed) yield return closed.CpuPlot("api-closed", "CPU of a signed request, a new connection for each");
    }

    public static IEnumerable<Figure> Figures(LoadResult result)
    {
        if (result.Of("kept") is not { } kept || kept.Over("nova") is not { } ratio) yield break;
        yield return new(
            "CPU of a signed request, connections that stay open, against nova-api-metadata with its fastest cache", Texts.Seconds(kept.Of("nova")!.CpuMicrosecondsPerRequest.Median / 1e6),
            Texts.Seconds(kept.Of(Measure.Ours)!.CpuMicrosecondsPerRequest.Median / 1e6), Texts.Share(ratio.Cpu.Median), Budget(kept, ratio));
    }

    private static Verdict? Budget(Measure measure, Ratio ratio) => (measure.Name, ratio.Other) is ("kept", "nova") ? Verdict.Share(ratio.Cpu.Median, 1.0 / 12, 1.0 / 40) : null;
}
