using System.Globalization;
using System.Text;
using Firstlight.Bench.OpenStack;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>agent</c> as people read it: ratios beside their budgets first, then the figures, then how they were taken.</summary>
internal static class AgentTable
{
    // Budgets of the design.
    private const double WholePath = 1.0 / 300;
    private const double Memory = 1.0 / 40;
    private const double ListenerMs = 1;
    private const double StormSeconds = 2;

    public static string Render(AgentResult result)
    {
        var text = new StringBuilder();
        Ratios(text, result);
        Networks(text, result.Networks);
        foreach (var storm in result.Storms) Storm(text, storm);
        Table(text, result);
        NetworksTable(text, result.Networks);
        Method(text, result);
        return text.ToString();
    }

    private static void Ratios(StringBuilder text, AgentResult result)
    {
        foreach (var measure in result.Measures.Where(m => m.Name is "closed" or "kept"))
        {
            foreach (var ratio in measure.Ratios)
            {
                var isWhole = ratio.One == MetadataPaths.Ours;
                var host = isWhole ? "" : $", {One(ratio.HostPart)} of haproxy's and the agent's";
                // The budget was set against Neutron's agent as it is unless told otherwise, and as every newer one is.
                var budget = isWhole && ratio.Other == MetadataPaths.Real ? Verdict(ratio.All.Cpu.Median <= WholePath, "1/300") : "";
                Line(text, $"- {measure.Name}, {ratio.One} over {ratio.Other}: {One(ratio.All.Cpu)} of the CPU a request{host}, **{ratio.All.RequestsPerSecond.Median:F1}×** requests/s{budget}");
            }
        }
    }

    private static void Networks(StringBuilder text, NetworksResult n)
    {
        Line(text, $"- {n.Networks} networks: **1/{(double)n.HaproxyAllKiB / n.AgentAllKiB:F1}** of the memory of {n.Networks} haproxies{Verdict(n.AgentAllKiB <= n.HaproxyAllKiB * Memory, "1/40")}");
        Line(text, $"- a listener more: **{n.AgentListenerMs:F3} ms** where a haproxy takes {n.HaproxyListenerMs.Median:F1} ms{Verdict(n.AgentListenerMs <= ListenerMs, "1 ms")}");
    }

    private static void Storm(StringBuilder text, StormResult storm)
    {
        var seconds = Spread.Of(storm.Counts.Select(c => c.Seconds));
        var (first, failed) = (storm.Counts[0], storm.Counts.Sum(c => c.Failed));
        // The budget is of ours without a Neutron that has to be asked.
        var budget = storm.Name == "standalone" ? Verdict(failed == 0 && seconds.Most <= StormSeconds, "none fails, 2 s") : "";
        Line(text, $"- {first.Guests} guests that boot at once, {first.Requests / first.Guests} requests each, {storm.Name}: {failed} failed, all done in **{seconds.Median:F2} s** ({seconds.Least:F2}–{seconds.Most:F2}), {first.Requests / seconds.Median:F0} requests/s{budget}");
    }

    private static void Table(StringBuilder text, AgentResult result)
    {
        Line(text, $"");
        Line(text, $"| | | requests/s | p50 ms | p99 ms | CPU µs a request | haproxy | agent | metadata API | Neutron, bus | database | haproxy and agent, MiB |");
        Line(text, $"|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var measure in result.Measures)
        {
            foreach (var peer in measure.Peers)
            {
                var (rps, cpu) = (peer.RequestsPerSecond, peer.CpuMicrosecondsPerRequest);
                Line(text, $"| {measure.Name} | {peer.Name}: {peer.Description} | {rps.Median:F0} ({rps.Least:F0}–{rps.Most:F0}) | {peer.P50Ms.Median:F2} | {peer.P99Ms.Median:F2} | {cpu.Median:F1} ({cpu.Least:F1}–{cpu.Most:F1}) | {Part(peer, PartKind.Proxy)} | {Part(peer, PartKind.Agent)} | {Part(peer, PartKind.Api)} | {Part(peer, PartKind.Neutron)} | {Part(peer, PartKind.Database)} | {peer.MemoryKiBAfter / 1024.0:F0} |");
            }
        }
    }

    private static void NetworksTable(StringBuilder text, NetworksResult n)
    {
        Line(text, $"");
        Line(text, $"| | memory MiB, 1 network | memory MiB, {n.Networks} networks | a listener more, ms | CPU of it, ms | a new network, ms |");
        Line(text, $"|---|--:|--:|--:|--:|--:|");
        Line(text, $"| Firstlight, one agent | {n.AgentOneKiB / 1024.0:F0} | {n.AgentAllKiB / 1024.0:F0} | {n.AgentListenerMs:F3} | {n.AgentListenerCpuMs:F3} | {n.AgentNewNetworkMs.Median:F1} ({n.AgentNewNetworkMs.Least:F1}–{n.AgentNewNetworkMs.Most:F1}) |");
        Line(text, $"| haproxy, one each | {n.HaproxyOneKiB / 1024.0:F1} | {n.HaproxyAllKiB / 1024.0:F0} | {n.HaproxyListenerMs.Median:F1} ({n.HaproxyListenerMs.Least:F1}–{n.HaproxyListenerMs.Most:F1}) | | |");
    }

    private static void Method(StringBuilder text, AgentResult result)
    {
        var (settings, host) = (result.Settings, result.Host);
        Line(text, $"");
        foreach (var measure in result.Measures) Line(text, $"- {measure.Name}: {measure.What} For {measure.Seconds} s.");
        Line(text, $"- a listener more: for ours the time an agent that starts takes from finding the first namespace to listening in all, divided by them; for haproxy `ip netns exec … haproxy` until it is in the background. A new network: from `ip netns add` to listening, while ours runs.");
        Line(text, $"- guests that boot at once: {Load.NewConnections.Boot.Count} requests as cloud-init makes them, each on a new connection from an address of the guest's own; an answer that is not 200, or a document of another instance, fails. Their instances were not asked for before.");
        Line(text, $"");
        Line(text, $"Medians of {settings.Rounds} rounds (least–most), peers taking turns in each; a document of {settings.BodyBytes} bytes; all servers on processor 0, load on processor 1. Every part on the way counts, with the requests that were cut off at the end; the {settings.IdleMillisecondsPerSecond:F0} ms a second that Neutron, the bus, Nova and the database use while nobody asks are taken off. Memory is proportional set size.");
        Line(text, $"");
        Line(text, $"{host.Cpu}, {host.Cores} processors, {host.MemoryMiB} MiB, {host.System}, kernel {host.Kernel}; {string.Join(", ", host.Versions.Select(v => $"{v.Key} {v.Value}"))}; commit {host.Commit}, {result.Finished:yyyy-MM-dd HH:mm} UTC.");
    }

    // A share, as one over so much.
    private static string One(Spread share) => string.Create(CultureInfo.InvariantCulture, $"**1/{1 / share.Median:F1}** (1/{1 / share.Most:F1}–1/{1 / share.Least:F1})");

    private static string Part(PeerResult peer, PartKind kind)
    {
        var median = Spread.Of(peer.Rounds.Select(r => r.Microseconds(kind))).Median;
        return peer.Rounds.All(r => r.PartMicrosecondsPerRequest?.ContainsKey(kind) != true) ? "" : median.ToString("F1", CultureInfo.InvariantCulture);
    }

    private static string Verdict(bool met, string budget) => $"; budget {budget}, {(met ? "met" : "NOT met")}";

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
