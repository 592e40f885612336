using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>sync</c> as people read it.</summary>
internal static class SyncTable
{
    // What is promised is promised of a host with so many networks.
    private const int PromisedNetworks = 1000;
    private const double AgainSeconds = 2;
    private const double Flat = 1.2;
    private const double Memory = 1.0 / 40;
    private const double MemoryGoal = 1.0 / 100;

    public static string Render(SyncResult result)
    {
        var text = new StringBuilder();
        var (few, many) = (result.Few, result.Many);
        var (count, fewCount) = (Texts.Count(many.Networks), Texts.Count(few.Networks));
        text.Line($"- {count} networks from nothing: in order after **{Texts.Seconds(many.First.Seconds)}**, {Texts.Seconds(many.First.Cpu)} CPU, {PerNetwork(result, s => s.First.Forks):F1} processes made for each");
        text.Line($"- a start over {count} networks that stand: **{Range(many.OfAgain(s => s.Cpu))}** CPU, in order after {Range(many.OfAgain(s => s.Seconds))}; a start over {fewCount} takes {Range(few.OfAgain(s => s.Cpu))} CPU, so {Texts.Seconds(PerNetwork(result, Again))} are a network's{Say(JudgeAgain(result))}");
        text.Line($"- one network more among {count}: listens {Milliseconds(many, a => a.WholeMs)} after the start of `firstlight apply`, **{Texts.Times(Growth(result, a => a.WholeMs))}** of {Milliseconds(few, a => a.WholeMs)} among {fewCount}; the command itself {Milliseconds(many, a => a.ApplyMs)} against {Milliseconds(few, a => a.ApplyMs)}, from its end {Milliseconds(many, a => a.AnsweredMs)} against {Milliseconds(few, a => a.AnsweredMs)}, {Texts.Times(Growth(result, a => a.AnsweredMs))}{Say(JudgeAdded(result))}");
        text.Line($"- memory with {count} networks: **{Texts.Memory(many.MostMemoryKiB * 1024.0)}**{Haproxies(result)}{Say(JudgeMemory(result))}");
        text.Line($"- descriptors with {count} networks: **{Texts.Count(many.Sweep.Descriptors)}**, {PerNetwork(result, s => s.Sweep.Descriptors):F1} a network");
        text.Line($"- while nobody changes anything: {many.Sweep.MsPerSecond:F1} ms CPU a second with {count} networks, {few.Sweep.MsPerSecond:F1} with {fewCount}; a look at one takes {(many.Sweep.MsPerSecond - few.Sweep.MsPerSecond) / (many.LooksPerSecond - few.LooksPerSecond):F2} ms");
        Table(text, result);
        Method(text, result);
        text.Machine(result.Host, result.Finished);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(SyncResult result)
    {
        if (result.Haproxies is not { } haproxies) yield break;
        var (count, networks) = (Texts.Count(result.Many.Networks), result.Many.Networks);
        yield return new BarPlot(
            "sync-memory", $"Memory of a host with {count} networks",
            [
                new("Firstlight, one process", Spread.One(result.Many.MostMemoryKiB), IsOurs: true),
                new($"{count} haproxies, from {haproxies.Many}", Spread.One(haproxies.OfKiB(networks)), IsOurs: false),
                new($"{count} dnsmasq, which both need", Spread.One(result.Many.DnsmasqKiB), IsOurs: false),
            ], kib => Texts.Memory(kib * 1024));
    }

    public static IEnumerable<Figure> Figures(SyncResult result)
    {
        var (few, many, count) = (result.Few, result.Many, Texts.Count(result.Many.Networks));
        yield return new($"CPU of a start over {count} networks that stand", "", Texts.Seconds(Again(many)), "", JudgeAgain(result));
        yield return new(
            $"A network added to {count} listens, against one added to {Texts.Count(few.Networks)}", Milliseconds(few, a => a.WholeMs), Milliseconds(many, a => a.WholeMs),
            Texts.Times(Growth(result, a => a.WholeMs)), JudgeAdded(result));
        if (result.Haproxies is not { } haproxies) yield break;
        yield return new(
            $"Memory with {count} networks, against {count} haproxies (from {haproxies.Many} that ran)", Texts.Memory(haproxies.OfKiB(many.Networks) * 1024),
            Texts.Memory(many.MostMemoryKiB * 1024.0), Texts.Share(Share(result, haproxies)), JudgeMemory(result));
    }

    private static Verdict? JudgeAgain(SyncResult result) => IsPromised(result) ? new(Again(result.Many), AgainSeconds, AgainSeconds, s => $"{Texts.Seconds(s)} CPU") : null;

    // From the command's start, as its user waits: the running program may begin before the command has ended, so its end divides the time by chance.
    private static Verdict? JudgeAdded(SyncResult result) => IsPromised(result) ? Verdict.Times(Growth(result, a => a.WholeMs), Flat, Flat) : null;

    private static Verdict? JudgeMemory(SyncResult result) =>
        IsPromised(result) && result.Haproxies is { } haproxies ? Verdict.Share(Share(result, haproxies), Memory, MemoryGoal) : null;

    private static bool IsPromised(SyncResult result) => result.Many.Networks >= PromisedNetworks;

    private static string Say(Verdict? verdict) => verdict is null ? "" : $"; {verdict}";

    private static double Again(SyncSize size) => size.OfAgain(s => s.Cpu).Median;

    private static double Growth(SyncResult result, Func<Addition, double> figure) => result.Many.OfAdded(figure).Median / result.Few.OfAdded(figure).Median;

    private static double Share(SyncResult result, HaproxyMemory haproxies) => result.Many.MostMemoryKiB / haproxies.OfKiB(result.Many.Networks);

    private static string Haproxies(SyncResult result) => result.Haproxies is { } haproxies
        ? $", **{Texts.Share(Share(result, haproxies))}** of the {Texts.Memory(haproxies.OfKiB(result.Many.Networks) * 1024)} that as many haproxies take"
        : "";

    // Between the two sizes, where what a program needs by itself does not count.
    private static double PerNetwork(SyncResult result, Func<SyncSize, double> figure) => (figure(result.Many) - figure(result.Few)) / (result.Many.Networks - result.Few.Networks);

    private static string Range(Spread seconds) => Texts.Range(seconds, Texts.Seconds);

    private static string Milliseconds(SyncSize size, Func<Addition, double> figure) => Texts.Seconds(size.OfAdded(figure).Median / 1000);

    private static void Table(StringBuilder text, SyncResult result)
    {
        text.Line($"");
        text.Line($"| networks | from nothing: in order, s | CPU s, user + system | processes made | again: in order, s | CPU s | user + system | nobody changes anything, ms CPU a second | one more: listens, ms from the start of apply | apply, ms | from its end, ms | CPU ms | memory MiB: made / again / later | dnsmasq, MiB | descriptors |");
        text.Line($"|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var s in result.Sizes)
        {
            text.Line($"| {Texts.Count(s.Networks)} | {s.First.Seconds:F1} | {s.First.User:F1} + {s.First.System:F1} | {Texts.Count(s.First.Forks)} | {Digits(s.OfAgain(a => a.Seconds))} | {Digits(s.OfAgain(a => a.Cpu))} | {s.OfAgain(a => a.User).Median:F2} + {s.OfAgain(a => a.System).Median:F2} | {s.Sweep.MsPerSecond:F1} | {Digits(s.OfAdded(a => a.WholeMs))} | {Digits(s.OfAdded(a => a.ApplyMs))} | {Digits(s.OfAdded(a => a.AnsweredMs))} | {Digits(s.OfAdded(a => a.CpuMs))} | {s.First.MemoryKiB / 1024} / {s.OfAgain(a => a.MemoryKiB).Median / 1024:F0} / {s.Sweep.MemoryKiB / 1024} | {s.DnsmasqKiB / 1024} | {Texts.Count(s.Sweep.Descriptors)} |");
        }

        static string Digits(Spread spread) => Texts.Range(spread, Texts.Digits);
    }

    private static void Method(StringBuilder text, SyncResult result)
    {
        var settings = result.Settings;
        text.Line($"");
        text.Line($"`firstlight standalone` with networks of {settings.Ports} ports, each an instance's, with a namespace, a bridge, DHCP and a listener of their own, on processor 0. CPU is that of the program and of the programs it runs to their end; in order is what its log says, from before the process is made (asked by `/readyz` all the while, it would spend up to a tenth of its time on answers); then `/readyz` was asked, and every network from inside. Processes are all that the machine made meanwhile, threads among them. Again: the program was ended and started over what it had made, {settings.Starts} times. Nobody changes anything: for {result.Many.Sweep.Seconds:F0} s and {result.Few.Sweep.Seconds:F0} s, in which every network is looked at at least once. One more: {settings.Additions} times, each when the program was at rest; what is compared is the time from the start of `firstlight apply` until the new network answers, its parts stand beside it. Medians (least–most). Memory is proportional set size, and the most that was seen counts.{Extrapolated(result)}");
    }

    private static string Extrapolated(SyncResult result) => result.Haproxies is { } h
        ? $" haproxies with the settings Neutron gives them ran in {h.Few} and in {h.Many} of the networks, one more taking {Texts.Memory(h.OneKiB * 1024)}; the rest is multiplied."
        : "";
}
