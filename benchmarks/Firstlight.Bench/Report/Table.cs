using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Report;

/// <summary>A run as people read it: ratios first, then the figures, then how they were taken. Markdown that reads well on a terminal.</summary>
internal static class Table
{
    public static string Render(BenchResult result)
    {
        var text = new StringBuilder();
        foreach (var ratio in result.Ratios)
        {
            Line(text, $"- {ratio.One} over {ratio.Other}: **{ratio.Cpu.Median:F2}×** CPU a request ({ratio.Cpu.Least:F2}–{ratio.Cpu.Most:F2}), **{ratio.RequestsPerSecond.Median:F2}×** requests/s ({ratio.RequestsPerSecond.Least:F2}–{ratio.RequestsPerSecond.Most:F2})");
        }

        Line(text, $"");
        Line(text, $"| | requests/s | p50 ms | p99 ms | CPU µs a request | user + system | memory MiB |");
        Line(text, $"|---|--:|--:|--:|--:|--:|--:|");
        foreach (var peer in result.Peers)
        {
            var (rps, cpu) = (peer.RequestsPerSecond, peer.CpuMicrosecondsPerRequest);
            var user = Spread.Of(peer.Rounds.Select(r => r.UserMicrosecondsPerRequest)).Median;
            var system = Spread.Of(peer.Rounds.Select(r => r.SystemMicrosecondsPerRequest)).Median;
            Line(text, $"| {peer.Description} | {rps.Median:F0} ({rps.Least:F0}–{rps.Most:F0}) | {peer.P50Ms.Median:F2} | {peer.P99Ms.Median:F2} | {cpu.Median:F1} ({cpu.Least:F1}–{cpu.Most:F1}) | {user:F1} + {system:F1} | {peer.MemoryKiBAfter / 1024.0:F0} |");
        }

        var (settings, host) = (result.Settings, result.Host);
        var versions = string.Join(", ", host.Versions.Select(v => $"{v.Key} {v.Value}"));
        Line(text, $"");
        Line(text, $"Medians of {settings.Rounds} rounds of {settings.Seconds} s (least–most), peers taking turns; {settings.Connections} connections at a time, a new one for each request; a document of {settings.BodyBytes} bytes; server on processor 0, load on processor 1. CPU is that of all processes of the peer; memory is proportional set size after the load.");
        Line(text, $"");
        Line(text, $"{host.Cpu}, {host.Cores} processors, {host.MemoryMiB} MiB, {host.System}, kernel {host.Kernel}; {versions}; commit {host.Commit}, {result.Finished:yyyy-MM-dd HH:mm} UTC.");
        var failures = result.Peers.Sum(p => p.Rounds.Sum(r => r.FailedResponses + r.SocketErrors));
        if (failures > 0)
        {
            Line(text, $"");
            Line(text, $"Failed requests: {string.Join(", ", result.Peers.Select(p => $"{p.Name} {p.Rounds.Sum(r => r.FailedResponses + r.SocketErrors)}"))}.");
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
