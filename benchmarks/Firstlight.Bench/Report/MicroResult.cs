using System.Text;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>micro</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>micro</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Pieces">Each piece.</param>
internal sealed record MicroResult(string Scenario, DateTimeOffset Finished, Host Host, IReadOnlyList<MicroPiece> Pieces) : IKeptResult;

/// <summary>What one piece came to, as Firstlight.Micro writes it.</summary>
/// <param name="Group">What it belongs to.</param>
/// <param name="What">What is done.</param>
/// <param name="MedianNs">Nanoseconds, the median.</param>
/// <param name="LeastNs">The least.</param>
/// <param name="MostNs">The most.</param>
/// <param name="AllocatedBytes">Bytes allocated each time.</param>
internal sealed record MicroPiece(string Group, string What, double MedianNs, double LeastNs, double MostNs, long AllocatedBytes);

/// <summary>A run of scenario <c>micro</c> as people read it.</summary>
internal static class MicroTable
{
    public static string Render(MicroResult result)
    {
        var text = new StringBuilder();
        text.Line($"| | | time | least–most | bytes allocated |");
        text.Line($"|---|---|--:|--:|--:|");
        foreach (var p in result.Pieces)
            text.Line($"| {p.Group} | {p.What} | {Texts.Seconds(p.MedianNs / 1e9)} | {Texts.Seconds(p.LeastNs / 1e9)}–{Texts.Seconds(p.MostNs / 1e9)} | {p.AllocatedBytes} |");
        text.Line($"");
        text.Line($"Medians of BenchmarkDotNet's iterations, in one process on processor 0, compiled as the program is once it is warm.");
        text.Machine(result.Host, result.Finished);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(MicroResult result)
    {
        yield return new BarPlot(
            "micro", "The pieces of a request", [.. result.Pieces.Select(p => new Bar(p.What, new(p.MedianNs, p.LeastNs, p.MostNs), IsOurs: true))], ns => Texts.Seconds(ns / 1e9), IsLogarithmic: true);
    }
}
