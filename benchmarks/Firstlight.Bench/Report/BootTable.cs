using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>boot</c> as people read it.</summary>
internal static class BootTable
{
    // The design's: 200 guests in 2 s; and then 2,000 of whom none fails, as fast as they can.
    private const int BudgetGuests = 200;
    private const double BudgetSeconds = 2;
    private const int GoalGuests = 2000;

    public static string Render(BootResult result)
    {
        var text = new StringBuilder();
        foreach (var storm in Of(result, Storm.Ways.Ours))
            text.Line($"- {storm.Guests} guests: {Failures(storm)}, all booted in **{Texts.Range(storm.Seconds, Texts.Seconds)}**{Budget(storm)}");
        foreach (var storm in Of(result, Storm.Ways.Real).TakeLast(1))
        {
            var same = Of(result, Storm.Ways.Ours).FirstOrDefault(s => s.Guests >= storm.Guests);
            text.Line($"- the real path, {storm.Guests} guests: {Failures(storm)}, all booted in **{Texts.Seconds(storm.Seconds.Median)}**{(same is null ? "" : $", {storm.Seconds.Median / same.Seconds.Median:F0}× of {same.Guests} on ours")}");
        }

        foreach (var storm in result.Storms.Where(s => s.Way is Storm.Ways.Hammered or Storm.Ways.HammeredWithin)) Hammered(text, result, storm);
        Table(text, result);
        var settings = result.Settings;
        text.Line($"");
        text.Line($"Each guest asks {settings.Requests} things as cloud-init does, one after the other, each on a new connection from an address of its own, and waits {settings.PatienceSeconds} s for each answer, as cloud-init does; all begin at once. An answer that is not 200, or names another instance, fails. On ours the guests are spread over {settings.Networks} networks, the guests of one share a namespace, and the program has just started: every instance is new to it. Medians of {settings.Rounds} storms of each kind, taking turns; of the real path one storm of each size, growing until requests fail or the next would take too long. Servers on processor 0, guests on processor 1; the host's table of neighbours was raised to hold them. The hammering guest keeps {settings.HammerConnections} connections busy with one question, on a network of its own or on one of the others' networks.");
        text.Machine(result.Host, result.Finished);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(BootResult result)
    {
        Curve[] booted = [.. new[] { Curve(result, Storm.Ways.Ours, ours: true), Curve(result, Storm.Ways.Real, ours: false) }.OfType<Curve>()];
        if (booted.Length > 0) yield return new LinePlot("boot", "Until all guests that boot at once have booted", "guests", booted, Texts.Seconds);
        var requests = Of(result, Storm.Ways.Ours).ToArray();
        if (requests.Length > 0)
        {
            yield return new LinePlot(
                "boot-requests", "Time of one request, all guests booting at once on Firstlight", "guests",
                [Points("p50", r => r.Request.P50, ours: true), Points("p99", r => r.Request.P99, ours: false), Points("p99.9", r => r.Request.P999, ours: false)], ms => Texts.Seconds(ms / 1000));
        }

        Curve Points(string label, Func<StormRound, double> figure, bool ours) => new(label, [.. requests.Select(s => new Point(s.Guests, s.Of(figure)))], ours);
    }

    public static IEnumerable<Figure> Figures(BootResult result)
    {
        var real = Of(result, Storm.Ways.Real).LastOrDefault();
        foreach (var storm in Of(result, Storm.Ways.Ours).Where(s => s.Guests is BudgetGuests or GoalGuests))
        {
            var peer = real is null || real.Guests > storm.Guests ? "" : $"{real.Guests} guests: {Texts.Seconds(real.Seconds.Median)}";
            yield return new($"{storm.Guests} guests booting at once, against the real OpenStack path", peer, $"{Texts.Seconds(storm.Seconds.Median)}, {Failures(storm)}", "", Verdict(storm));
        }
    }

    /// <summary>Why a run does not count: requests of ours failed.</summary>
    public static string? Complaint(BootResult result)
    {
        var failed = result.Storms.Where(s => s.Way != Storm.Ways.Real && s.Failed > 0).ToArray();
        return failed.Length == 0 ? null : $"requests failed on ours: {string.Join(", ", failed.Select(s => $"{s.Failed} of {s.Requests} with {s.Guests} guests"))}";
    }

    private static IEnumerable<Storm> Of(BootResult result, string way) => result.Storms.Where(s => s.Way == way).OrderBy(s => s.Guests);

    private static Curve? Curve(BootResult result, string way, bool ours)
    {
        var storms = Of(result, way).ToArray();
        return storms.Length == 0 ? null : new(storms[0].Description, [.. storms.Select(s => new Point(s.Guests, s.Seconds, s.Failed == 0 ? null : $"{s.Failed} failed"))], ours);
    }

    private static void Hammered(StringBuilder text, BootResult result, Storm storm)
    {
        if (result.Storms.FirstOrDefault(s => s.Way == Storm.Ways.Ours && s.Guests == storm.Guests) is not { } calm) return;
        var pairs = storm.Rounds.Zip(calm.Rounds).ToArray();
        var longer = Spread.Of(pairs.Select(p => p.First.Boot.P99 / p.Second.Boot.P99));
        var share = Spread.Of(storm.Rounds.Select(r => r.Hammer is { } h ? h.Answered / (double)(h.Answered + r.Requests) : 0));
        text.Line($"- {storm.Guests} guests and one that hammers {(storm.Way == Storm.Ways.Hammered ? "on a network of its own" : "on the network of some of them")}: {Failures(storm)}, p99 of a boot **{Texts.Range(longer, Texts.Times)}** of what it is without; it got {share.Median * 100:F0} % of the answers, and 503 {storm.Rounds.Sum(r => r.Hammer?.PutOff ?? 0)} times");
    }

    private static void Table(StringBuilder text, BootResult result)
    {
        text.Line($"");
        text.Line($"| | guests | requests | failed | all booted, s | requests/s | request p50 / p99 / p99.9, ms | boot p50 / p99 / p99.9, s | CPU µs a request |");
        text.Line($"|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var s in result.Storms)
        {
            text.Line($"| {s.Description} | {s.Guests} | {s.Requests} | {s.Failed}{Kinds(s)} | {s.Seconds.Median:F2} ({s.Seconds.Least:F2}–{s.Seconds.Most:F2}) | {s.Of(r => r.Requests / r.Seconds).Median:F0} | {s.Of(r => r.Request.P50).Median:F1} / {s.Of(r => r.Request.P99).Median:F1} / {s.Of(r => r.Request.P999).Median:F1} | {s.Of(r => r.Boot.P50).Median / 1000:F2} / {s.Of(r => r.Boot.P99).Median / 1000:F2} / {s.Of(r => r.Boot.P999).Median / 1000:F2} | {s.Of(r => r.CpuMicrosecondsPerRequest).Median:F1} |");
        }
    }

    private static string Failures(Storm storm) => storm.Failed == 0 ? "none failed" : $"**{storm.Failed} of {storm.Requests} requests failed**";

    private static string Kinds(Storm storm)
    {
        var kinds = storm.Rounds.SelectMany(r => r.Failures).GroupBy(f => f.Key).OrderByDescending(g => g.Sum(f => f.Value)).Select(g => $"{g.Key} {g.Sum(f => f.Value)}").ToArray();
        return kinds.Length == 0 ? "" : $" ({string.Join(", ", kinds)})";
    }

    private static string Budget(Storm storm) => Verdict(storm) is { } verdict ? $"; {verdict}" : "";

    private static Verdict? Verdict(Storm storm) => storm.Guests switch
    {
        BudgetGuests => Report.Verdict.Within(storm.Seconds.Most, BudgetSeconds, storm.Failed),
        GoalGuests => Report.Verdict.NoneFails(storm.Failed),
        _ => null,
    };
}
