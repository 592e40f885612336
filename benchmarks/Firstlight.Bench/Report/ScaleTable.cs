using System.Globalization;
using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>scale</c> as people read it.</summary>
internal static class ScaleTable
{
    // The design's.
    private const double Flat = 1.2;
    private static readonly string[] Axes = [ScaleStep.Axes.Networks, ScaleStep.Axes.Instances];

    // Networks that are only there, and networks that ask.
    private static readonly Load[] Loads =
    [
        new("guests of the first network asking", "the first network asks", "nginx", s => s.First),
        new("guests of up to 200 networks asking", "up to 200 networks ask", "haproxy", s => s.Everywhere),
    ];

    public static string Render(ScaleResult result)
    {
        var text = new StringBuilder();
        foreach (var axis in Axes)
        {
            var steps = Of(result, axis);
            if (steps is not [var first, .., var last]) continue;
            foreach (var load in Loads)
                text.Line($"- a request, {load.Who}, from {Texts.Count(first.Size)} to {Texts.Count(last.Size)} {axis}: **{Texts.Times(load.Growth(first, last))}** CPU, at the most **{Texts.Times(steps.Max(s => load.Growth(first, s)))}**; {Judge(load, steps)} ({load.Beside(first)} of {load.Other}'s with {Texts.Count(first.Size)}, {load.Beside(last)} with {Texts.Count(last.Size)})");
            text.Line($"- while nobody asks, the program looks at its networks: {last.IdleMillisecondsPerSecond:F0} ms CPU a second with {Texts.Count(last.Size)} {axis}, {first.IdleMillisecondsPerSecond:F0} with {Texts.Count(first.Size)}, which is in the figures of a request as well");
            text.Line($"- a request after a change that does not concern it: {Texts.Seconds(last.AfterChange.CpuMicroseconds / 1e6)} CPU with {Texts.Count(last.Size)} {axis}, {Texts.Seconds(first.AfterChange.CpuMicroseconds / 1e6)} with {Texts.Count(first.Size)}");
            text.Line($"- memory: **{Texts.Count(PerOne(steps))} B** for {(axis == ScaleStep.Axes.Networks ? "a network with one instance" : "an instance")}; {Texts.Memory(last.MemoryKiB * 1024.0)} with {Texts.Count(last.Size)}");
            text.Line($"- start over {Texts.Count(last.Size)} {axis}: {Texts.Seconds(last.Start.FirstAnswerMs / 1000)} to the first answer, {Texts.Seconds(last.Start.ReadyMs / 1000)} until all is in order");
            text.Line($"- one more among {Texts.Count(last.Size)} {axis}: an instance is answered after {Texts.Seconds(Median(last.NewInstances, a => a.AnsweredMs) / 1000)}, a network listens after {Texts.Seconds(Median(last.NewNetworks, a => a.AnsweredMs) / 1000)}");
        }

        Table(text, result);
        var settings = result.Settings;
        text.Line($"");
        text.Line($"`firstlight standalone` with networks of its own, DHCP of each included; networks: 200 instances or one on each network, whichever is more; instances: on 10 networks. Up to 200 instances ask, each request on a new connection, {settings.Connections} at a time: first those of the first network, where nginx listens too and serves the same bytes from a file, then one of each of up to 200 networks, in all of which one haproxy listens too and answers the same bytes from memory. The first says what networks cost that are only there, the second what networks cost that ask, of which the kernel's part is haproxy's as well. Medians of {settings.Rounds} rounds of {settings.Seconds} s, ours and the other in turns; growth is of the ratio to the other, so that a busy machine does not count. CPU is all that the program uses meanwhile, its looks at its networks included. After a change: another instance was added, and each asks once. Added: {settings.Changes} times, medians; the time is from the end of `firstlight apply`, CPU is until the program is at rest. Memory is that of the program, proportional set size, without dnsmasq. {Idle(result)}Server on processor 0, guests on processor 1.");
        text.Others(result.Steps.SelectMany(s => s.Loads));
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
                    .. Loads.SelectMany(l => new Curve[]
                    {
                        new Curve($"Firstlight, {l.Asking}", [.. steps.Select(s => new Point(s.Size, l.Ours(s)))], IsOurs: true),
                        new Curve($"{l.Other} in the same rounds", [.. steps.Select(s => new Point(s.Size, l.Others(s)))], IsOurs: false),
                    }),
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
            foreach (var load in Loads)
            {
                yield return new(
                    $"CPU of a request with {Texts.Count(last.Size)} {axis}, {load.Who}, against the same with {Texts.Count(first.Size)}", Texts.Seconds(load.Ours(first).Median / 1e6),
                    Texts.Seconds(load.Ours(last).Median / 1e6), Texts.Times(load.Growth(first, last)), Judge(load, steps));
            }
        }
    }

    private static Verdict Judge(Load load, ScaleStep[] steps) => Verdict.Times(steps.Max(s => load.Growth(steps[0], s)), Flat, Flat);

    private static ScaleStep[] Of(ScaleResult result, string axis) => [.. result.Steps.Where(s => s.Axis == axis).OrderBy(s => s.Size)];

    // Between the two largest, where what a program needs by itself does not count.
    private static double PerOne(ScaleStep[] steps) => (steps[^1].MemoryKiB - steps[^2].MemoryKiB) * 1024.0 / (steps[^1].Size - steps[^2].Size);

    private static Spread Over(IReadOnlyList<Addition> additions, Func<Addition, double> figure) => Spread.Of(additions.Select(figure));

    private static double Median(IReadOnlyList<Addition> additions, Func<Addition, double> figure) => Over(additions, figure).Median;

    private static string Idle(ScaleResult result) => result.Steps.Max(s => s.IdleSeconds) is { } seconds
        ? string.Create(CultureInfo.InvariantCulture, $"Idle is whole rounds of looks at all networks, or {seconds:F0} s of one. ")
        : "";

    private static void Table(StringBuilder text, ScaleResult result)
    {
        text.Line($"");
        text.Line($"| networks | instances | the first network asks, CPU µs a request | over nginx | up to 200 ask, CPU µs a request | over haproxy | p50 / p99 ms | after a change, CPU µs | memory MiB, started / asked | start: first answer / in order, s | CPU s | new instance: apply / answered, ms | CPU ms | new network: apply / listens, ms | CPU ms | idle, ms CPU a second |");
        text.Line($"|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var s in result.Steps)
        {
            var loads = string.Join(" | ", Loads.Select(l => string.Create(CultureInfo.InvariantCulture, $"{Texts.Range(l.Ours(s), v => v.ToString("F1", CultureInfo.InvariantCulture))} | {Texts.Range(l.Ratio(s), v => v.ToString("F2", CultureInfo.InvariantCulture))}")));
            var everywhere = s.Everywhere.Of(Measure.Ours)!;
            text.Line($"| {Texts.Count(s.Networks)} | {Texts.Count(s.Instances)} | {loads} | {everywhere.P50Ms.Median:F2} / {everywhere.P99Ms.Median:F2} | {s.AfterChange.CpuMicroseconds:F0} | {s.Start.MemoryKiB / 1024} / {s.MemoryKiB / 1024} | {s.Start.FirstAnswerMs / 1000:F2} / {s.Start.ReadyMs / 1000:F2} | {s.Start.CpuMs / 1000:F2} | {Median(s.NewInstances, a => a.ApplyMs):F0} / {Median(s.NewInstances, a => a.AnsweredMs):F0} | {Median(s.NewInstances, a => a.CpuMs):F0} | {Median(s.NewNetworks, a => a.ApplyMs):F0} / {Median(s.NewNetworks, a => a.AnsweredMs):F0} | {Median(s.NewNetworks, a => a.CpuMs):F0} | {s.IdleMillisecondsPerSecond:F1} |");
        }
    }

    // A load, and who bears it beside ours.
    private sealed record Load(string Who, string Asking, string Other, Func<ScaleStep, Measure> Of)
    {
        public Spread Ours(ScaleStep step) => Of(step).Of(Measure.Ours)!.CpuMicrosecondsPerRequest;

        public Spread Others(ScaleStep step) => Of(step).Of(Other)!.CpuMicrosecondsPerRequest;

        public Spread Ratio(ScaleStep step) => Of(step).Over(Other)!.Cpu;

        public double Growth(ScaleStep first, ScaleStep step) => Ratio(step).Median / Ratio(first).Median;

        public string Beside(ScaleStep step) => Texts.Range(Ratio(step), Texts.Times);
    }
}
