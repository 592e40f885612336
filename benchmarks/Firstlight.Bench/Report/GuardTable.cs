using System.Text;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>guard</c> as people read it.</summary>
internal static class GuardTable
{
    public static string Render(GuardResult result)
    {
        var text = new StringBuilder();
        if (result.Comparisons.Count > 0)
        {
            text.Line($"| | over | kept | now | lost | |");
            text.Line($"|---|---|--:|--:|--:|---|");
            foreach (var c in result.Comparisons)
                text.Line($"| {c.Name} | {c.Other} | {Texts.Times(c.Kept)} | {Texts.Range(c.Now, Texts.Times)} | {c.Loss * 100:+0;-0;0} % | {(c.IsLost ? "**LOST**" : "kept")}{(c.IsDisturbed ? ", the machine was busy" : "")} |");
        }
        else
        {
            foreach (var measure in result.Measures)
            {
                foreach (var ratio in measure.Ratios) text.Ratio(measure, ratio, Texts.Times);
            }

            text.MeasureTable(result.Measures);
        }

        var settings = result.Settings;
        text.Line($"");
        foreach (var measure in result.Measures) text.Line($"- {measure.Name}: {measure.What}");
        text.Line($"");
        text.Line($"CPU a request of `firstlight standalone` over that of the other in the same round, {settings.Rounds} rounds of {settings.Seconds} s, taking turns. Lost is what more than {Comparison.MostLost * 100:F0} % is gone of in three of four calm rounds, {Comparison.MostTries} times in a row; where others keep the processors busy, {Comparison.MostLostDisturbed * 100:F0} %.");
        text.Others(result.Measures);
        text.Machine(result.Host, result.Finished);
        text.Failures(result.Measures);
        return text.ToString();
    }

    /// <summary>What was lost, in one line, or why a result cannot be kept; null for nothing.</summary>
    public static string? Complaint(GuardResult result)
    {
        if (result.Comparisons.Count == 0 && result.Measures.FirstOrDefault(m => !Comparison.IsCalmEnough(m)) is { } busy)
            return $"{busy.Name} was measured on a busy machine: nothing can be compared with it, measure again";
        var lost = result.Comparisons.Where(c => c.IsLost).ToArray();
        return lost.Length == 0 ? null : $"slower than what was kept: {string.Join(", ", lost.Select(c => FormattableString.Invariant($"{c.Name} {c.Now.Median:F2}× {c.Other}, was {c.Kept:F2}×")))}";
    }
}
