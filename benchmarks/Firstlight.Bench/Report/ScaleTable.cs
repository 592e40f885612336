using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>scale</c> as people read it.</summary>
internal static class ScaleTable
{
    // The design's.
    private const double Flat = 1.2;
    private static readonly string[] Axes = [ScaleStep.Axes.Networks, ScaleStep.Axes.Instances];

    public static string Render(ScaleResult result)
    {
        var text = new StringBuilder();
        foreach (var axis in Axes)
        {
            var steps = Of(result, axis);
            if (steps is not [var first, .., var last]) continue;
            text.Line($"- a request, from {Texts.Count(first.Size)} to {Texts.Count(last.Size)} {axis}: **{Texts.Times(Growth(first, last))}** CPU, at the most **{Texts.Times(steps.Max(s => Growth(first, s)))}**; {Judge(steps)} ({OverNginx(first)} of nginx's with {Texts.Count(first.Size)}, {OverNginx(last)} with {Texts.Count(last.Size)})");
            text.Line($"- while nobody asks, the program looks at its networks: {last.IdleMillisecondsPerSecond:F0} ms CPU a second with {Texts.Count(last.Size)} {axis}, {first.IdleMillisecondsPerSecond:F0} with {Texts.Count(first.Size)}, which is in the figures of a request as well");
            text.Line($"- a request after a change that does not concern it: {Texts.Seconds(last.AfterChange.CpuMicroseconds / 1e6)} CPU with {Texts.Count(last.Size)} {axis}, {Texts.Seconds(first.AfterChange.CpuMicroseconds / 1e6)} with {Texts.Count(first.Size)}");
            text.Line($"- memory: **{Texts.Count(PerOne(steps))} B** for {(axis == ScaleStep.Axes.Networks ? "a network with one instance" : "an instance")}; {Texts.Memory(last.MemoryKiB * 1024.0)} with {Texts.Count(last.Size)}");
            text.Line($"- start over {Texts.Count(last.Size)} {axis}: {Texts.Seconds(last.Start.FirstAnswerMs / 1000)} to the first answer, {Texts.Seconds(last.Start.ReadyMs / 1000)} until all is in order");
            text.Line($"- one more among {Texts.Count(last.Size)} {axis}: an instance is answered after {Texts.Seconds(Median(last.NewInstances, a => a.AnsweredMs) / 1000)}, a network listens after {Texts.Seconds(Median(last.NewNetworks, a => a.AnsweredMs) / 1000)}");
        }

        Table(text, result);
        var settings = result.Settings;
        text.Line($"");
        text.Line($"`firstlight standalone` with networks of its own, DHCP of each included; networks: 200 instances or one on each network, whichever is more; instances: on 10 networks. Up to 200 instances ask, from up to 200 networks, each request on a new connection, {settings.Connections} at a time; medians of {settings.Rounds} rounds of {settings.Seconds} s, ours and nginx in turns, and growth is of the ratio to nginx, so that a busy machine does not count. CPU is all that the program uses meanwhile, its looks at its networks included. After a change: another instance was added, and each asks once. Added: {settings.Changes} times, medians; the time is from the end of `firstlight apply`, CPU is until the program is at rest. Memory is that of the program, proportional set size, without dnsmasq. Server on processor 0, guests on processor 1.");
        text.Others(result.Steps.Select(s => s.Warm));
        text.Machine(result.Host, result.Finished);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(ScaleResult result)
    {
        foreach (var axis in Axes)
        {
            var steps = Of(result, axis);
            if (steps.Length < 2) continue;
            yield return new LinePlot(
                $"scale-{axis}", $"CPU of a request, by the {axis} there are", axis,
                [
                    new("Firstlight", [.. steps.Select(s => new Point(s.Size, s.Ours.CpuMicrosecondsPerRequest))], IsOurs: true),
                    new("nginx in the same rounds", [.. steps.Select(s => new Point(s.Size, s.Nginx.CpuMicrosecondsPerRequest))], IsOurs: false),
                ], us => Texts.Seconds(us / 1e6), IsLogarithmic: false);
            yield return new LinePlot(
                $"scale-{axis}-change", $"CPU of a change, by the {axis} there are", axis,
                [
                    new("the first request of another instance", [.. steps.Select(s => new Point(s.Size, Spread.One(s.AfterChange.CpuMicroseconds / 1e6)))], IsOurs: true),
                    new("a new instance", [.. steps.Select(s => new Point(s.Size, Over(s.NewInstances, a => a.CpuMs / 1000)))], IsOurs: false),
                    new("a new network", [.. steps.Select(s => new Point(s.Size, Over(s.NewNetworks, a => a.CpuMs / 1000)))], IsOurs: false),
                ], Texts.Seconds);
            yield return new LinePlot(
                $"scale-{axis}-memory", $"Memory of the program in MiB, by the {axis} there are", axis,
                [new("Firstlight", [.. steps.Select(s => new Point(s.Size, Spread.One(s.MemoryKiB / 1024.0)))], IsOurs: true)], Texts.Digits, IsLogarithmic: false);
            yield return new LinePlot(
                $"scale-{axis}-time", $"Time, by the {axis} there are", axis,
                [
                    new("start to first answer", [.. steps.Select(s => new Point(s.Size, Spread.One(s.Start.FirstAnswerMs / 1000)))], IsOurs: true),
                    new("a new instance is answered", [.. steps.Select(s => new Point(s.Size, Over(s.NewInstances, a => a.AnsweredMs / 1000)))], IsOurs: false),
                    new("a new network listens", [.. steps.Select(s => new Point(s.Size, Over(s.NewNetworks, a => a.AnsweredMs / 1000)))], IsOurs: false),
                ], Texts.Seconds);
        }
    }

    public static IEnumerable<Figure> Figures(ScaleResult result)
    {
        foreach (var axis in Axes)
        {
            var steps = Of(result, axis);
            if (steps is not [var first, .., var last]) continue;
            yield return new(
                $"CPU of a request with {Texts.Count(last.Size)} {axis}, against the same with {Texts.Count(first.Size)}", Texts.Seconds(first.Ours.CpuMicrosecondsPerRequest.Median / 1e6),
                Texts.Seconds(last.Ours.CpuMicrosecondsPerRequest.Median / 1e6), Texts.Times(Growth(first, last)), Judge(steps));
        }
    }

    private static Verdict Judge(ScaleStep[] steps) => Verdict.Times(steps.Max(s => Growth(steps[0], s)), Flat, Flat);

    private static ScaleStep[] Of(ScaleResult result, string axis) => [.. result.Steps.Where(s => s.Axis == axis).OrderBy(s => s.Size)];

    private static double Growth(ScaleStep first, ScaleStep step) => step.OverNginx.Median / first.OverNginx.Median;

    private static string OverNginx(ScaleStep step) => Texts.Range(step.OverNginx, Texts.Times);

    // Between the two largest, where what a program needs by itself does not count.
    private static double PerOne(ScaleStep[] steps) => (steps[^1].MemoryKiB - steps[^2].MemoryKiB) * 1024.0 / (steps[^1].Size - steps[^2].Size);

    private static Spread Over(IReadOnlyList<Addition> additions, Func<Addition, double> figure) => Spread.Of(additions.Select(figure));

    private static double Median(IReadOnlyList<Addition> additions, Func<Addition, double> figure) => Over(additions, figure).Median;

    private static void Table(StringBuilder text, ScaleResult result)
    {
        text.Line($"");
        text.Line($"| networks | instances | CPU µs a request | over nginx | p50 / p99 ms | after a change, CPU µs | memory MiB, started / asked | start: first answer / in order, s | CPU s | new instance: apply / answered, ms | CPU ms | new network: apply / listens, ms | CPU ms | idle, ms CPU a second |");
        text.Line($"|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var s in result.Steps)
        {
            var (cpu, ratio) = (s.Ours.CpuMicrosecondsPerRequest, s.OverNginx);
            text.Line($"| {Texts.Count(s.Networks)} | {Texts.Count(s.Instances)} | {cpu.Median:F1} ({cpu.Least:F1}–{cpu.Most:F1}) | {ratio.Median:F2} ({ratio.Least:F2}–{ratio.Most:F2}) | {s.Ours.P50Ms.Median:F2} / {s.Ours.P99Ms.Median:F2} | {s.AfterChange.CpuMicroseconds:F0} | {s.Start.MemoryKiB / 1024} / {s.MemoryKiB / 1024} | {s.Start.FirstAnswerMs / 1000:F2} / {s.Start.ReadyMs / 1000:F2} | {s.Start.CpuMs / 1000:F2} | {Median(s.NewInstances, a => a.ApplyMs):F0} / {Median(s.NewInstances, a => a.AnsweredMs):F0} | {Median(s.NewInstances, a => a.CpuMs):F0} | {Median(s.NewNetworks, a => a.ApplyMs):F0} / {Median(s.NewNetworks, a => a.AnsweredMs):F0} | {Median(s.NewNetworks, a => a.CpuMs):F0} | {s.IdleMillisecondsPerSecond:F1} |");
        }
    }
}
