using System.Text;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>Lines, tables and plots that every scenario with measures of peers has.</summary>
internal static class MeasureText
{
    /// <summary>One ratio as a line of a list.</summary>
    public static void Ratio(this StringBuilder text, Measure measure, Ratio ratio, Func<double, string> say, Verdict? verdict = null) =>
        text.Line($"- {measure.Name}, {ratio.One} over {ratio.Other}: **{say(ratio.Cpu.Median)}** CPU a request ({say(ratio.Cpu.Least)}–{say(ratio.Cpu.Most)}), {Texts.Times(ratio.RequestsPerSecond.Median)} requests/s ({Texts.Times(ratio.RequestsPerSecond.Least)}–{Texts.Times(ratio.RequestsPerSecond.Most)}){(verdict is null ? "" : $"; {verdict}")}");

    /// <summary>The figures of all measures.</summary>
    public static void MeasureTable(this StringBuilder text, IEnumerable<Measure> measures)
    {
        text.Line($"");
        text.Line($"| | | requests/s | p50 ms | p99 ms | CPU µs a request | user + system | memory MiB |");
        text.Line($"|---|---|--:|--:|--:|--:|--:|--:|");
        foreach (var measure in measures)
        {
            foreach (var peer in measure.Peers)
            {
                var (rps, cpu) = (peer.RequestsPerSecond, peer.CpuMicrosecondsPerRequest);
                text.Line($"| {measure.Name} | {peer.Description} | {rps.Median:F0} ({rps.Least:F0}–{rps.Most:F0}) | {peer.P50Ms.Median:F2} | {peer.P99Ms.Median:F2} | {cpu.Median:F1} ({cpu.Least:F1}–{cpu.Most:F1}) | {peer.Median(r => r.UserMicrosecondsPerRequest):F1} + {peer.Median(r => r.SystemMicrosecondsPerRequest):F1} | {peer.MemoryKiBAfter / 1024.0:F0} |");
            }
        }
    }

    /// <summary>Requests that failed, where some did.</summary>
    public static void Failures(this StringBuilder text, IEnumerable<Measure> measures)
    {
        var failed = measures.SelectMany(m => m.Peers.Select(p => (m.Name, Peer: p.Name, Failed: p.Rounds.Sum(r => r.FailedResponses + r.SocketErrors)))).Where(f => f.Failed > 0).ToArray();
        if (failed.Length == 0) return;
        text.Line($"");
        text.Line($"Failed requests: {string.Join(", ", failed.Select(f => $"{f.Name} {f.Peer} {f.Failed}"))}.");
    }

    /// <summary>How much others had of the processors meanwhile, where that was looked at.</summary>
    public static void Others(this StringBuilder text, IEnumerable<Measure> measures)
    {
        var others = measures.SelectMany(m => m.Peers).SelectMany(p => p.Rounds).Select(r => r.Others).OfType<double>().ToArray();
        if (others.Length == 0) return;
        var spread = Spread.Of(others);
        text.Line($"");
        text.Line($"Meanwhile others, neighbours of the virtual machine included, had {spread.Median * 100:F0} % of one processor ({spread.Least * 100:F0}–{spread.Most * 100:F0}).");
    }

    /// <summary>The machine and the programs.</summary>
    public static void Machine(this StringBuilder text, Host host, DateTimeOffset finished)
    {
        text.Line($"");
        text.Line($"{host.Cpu}, {host.Cores} processors, {host.MemoryMiB} MiB, {host.System}, kernel {host.Kernel}; {string.Join(", ", host.Versions.Select(v => $"{v.Key} {v.Value}"))}; commit {host.Commit}, {finished:yyyy-MM-dd HH:mm} UTC.");
    }

    /// <summary>Processor time a request as bars.</summary>
    public static BarPlot CpuPlot(this Measure measure, string name, string title, bool logarithmic = false) => new(
        name, title, [.. measure.Peers.Select(p => new Bar(p.Description, p.CpuMicrosecondsPerRequest, p.Name == Measure.Ours))], v => Texts.Seconds(v / 1e6), logarithmic);
}
