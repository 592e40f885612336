using System.Globalization;
using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>nova</c> as people read it: ratios beside their budgets first, then the figures, then how they were taken.</summary>
internal static class NovaTable
{
    public static string Render(NovaResult result)
    {
        var text = new StringBuilder();
        foreach (var measure in result.Measures)
        {
            if (measure.Ratio is not { } ratio) continue;
            var budget = measure.Budget is not { } limit ? "" : $"; budget 1/{(1 / limit).ToString("F0", CultureInfo.InvariantCulture)}, {(ratio.Cpu.Median <= limit ? "met" : "NOT met")}";
            Line(text, $"- {measure.Name}: **1/{1 / ratio.Cpu.Median:F1}** of the CPU a request (1/{1 / ratio.Cpu.Most:F1}–1/{1 / ratio.Cpu.Least:F1}), 1/{1 / ratio.P50.Median:F1} of the median time{budget}");
        }

        Line(text, $"");
        Line(text, $"| | | requests | p50 ms | p99 ms | CPU µs a request | user + system | of the database | memory MiB |");
        Line(text, $"|---|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var measure in result.Measures)
        {
            foreach (var peer in measure.Peers)
            {
                var cpu = peer.CpuMicrosecondsPerRequest;
                Line(text, $"| {measure.Name} | {peer.Description} | {peer.Rounds.Sum(r => r.Requests)} | {peer.P50Ms.Median:F2} | {peer.P99Ms.Median:F2} | {cpu.Median:F1} ({cpu.Least:F1}–{cpu.Most:F1}) | {Median(peer, r => r.UserMicrosecondsPerRequest):F1} + {Median(peer, r => r.SystemMicrosecondsPerRequest):F1} | {Median(peer, r => r.DatabaseMicrosecondsPerRequest ?? 0):F1} | {peer.MemoryKiBAfter / 1024.0:F0} |");
            }
        }

        var (settings, host) = (result.Settings, result.Host);
        Line(text, $"");
        foreach (var measure in result.Measures) Line(text, $"- {measure.Name}: {measure.What}");
        Line(text, $"");
        Line(text, $"Medians of {settings.Rounds} rounds (least–most), peers taking turns in each; a document of {settings.BodyBytes} bytes; servers on processor 0, load, database and a Networking API that answers at once on processor 1. CPU is that of all processes of the peer; the database's is shown apart and counted for nobody.");
        Line(text, $"");
        Line(text, $"{host.Cpu}, {host.Cores} processors, {host.MemoryMiB} MiB, {host.System}, kernel {host.Kernel}; {string.Join(", ", host.Versions.Select(v => $"{v.Key} {v.Value}"))}; commit {host.Commit}, {result.Finished:yyyy-MM-dd HH:mm} UTC.");
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(NovaResult result)
    {
        foreach (var (name, title) in ((string, string)[])[("cold", "CPU of an instance's first request, both on the same database"), ("cached", "CPU of a request answered from the cache")])
        {
            if (result.Measures.FirstOrDefault(m => m.Name == name) is { } measure)
            {
                yield return new BarPlot(
                    $"nova-{name}", title, [.. measure.Peers.Select(p => new Bar(p.Description, p.CpuMicrosecondsPerRequest, p.Name == Measure.Ours))], v => Texts.Seconds(v / 1e6));
            }
        }
    }

    public static IEnumerable<Figure> Figures(NovaResult result)
    {
        foreach (var measure in result.Measures)
        {
            if (measure is not { Budget: { } budget, Ratio: { } ratio }) continue;
            // Where the design is going: 1/30 cold, 1/40 cached.
            var verdict = Verdict.Share(ratio.Cpu.Median, budget, measure.Name == "cold" ? 1.0 / 30 : 1.0 / 40);
            yield return new(
                $"CPU of a signed request, {measure.Name}, against nova-api-metadata on the same database", Texts.Seconds(measure.Peers[1].CpuMicrosecondsPerRequest.Median / 1e6),
                Texts.Seconds(measure.Peers[0].CpuMicrosecondsPerRequest.Median / 1e6), Texts.Share(ratio.Cpu.Median), verdict);
        }
    }

    private static double Median(PeerResult peer, Func<Round, double> figure) => Spread.Of(peer.Rounds.Select(figure)).Median;

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
