using System.Text;
using Firstlight.Bench.Plots;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>start</c> as people read it.</summary>
internal static class StartTable
{
    public static string Render(StartResult result)
    {
        var text = new StringBuilder();
        foreach (var (place, peer, ratio) in Ratios(result, r => r.Milliseconds))
            text.Line($"- {place.Name}, {place.Peers[0].Name} over {peer.Name}: **{Say(ratio.Median)}** of the time to the first answer ({Say(ratio.Least)}–{Say(ratio.Most)})");
        text.Line($"");
        text.Line($"| | | to the first answer, ms | CPU until then, ms | memory then, MiB |");
        text.Line($"|---|---|--:|--:|--:|");
        foreach (var place in result.Places)
        {
            foreach (var peer in place.Peers)
                text.Line($"| {place.Name} | {peer.Description} | {Texts.Range(peer.Of(r => r.Milliseconds), Texts.Digits)} | {Texts.Digits(peer.Of(r => r.CpuMilliseconds).Median)} | {Texts.Digits(peer.Of(r => r.MemoryKiB / 1024.0).Median)} |");
        }

        text.Line($"");
        foreach (var place in result.Places) text.Line($"- {place.Name}: {place.What}");
        text.Line($"");
        text.Line($"Medians of {result.Rounds} starts of each (least–most), taking turns, from a warm disk cache; from before the process is made, through `taskset`, until the first right answer; asked every millisecond from processor 1, the server on processor 0.");
        text.Machine(result.Host, result.Finished);
        return text.ToString();
    }

    public static IEnumerable<Plot> Plots(StartResult result) => result.Places.Select(place => new BarPlot(
        $"start-{place.Name}", $"From process start to the first answer, {place.Name}",
        [.. place.Peers.Select(p => new Bar(p.Description, p.Of(r => r.Milliseconds), p.Name == Measure.Ours))], ms => Texts.Seconds(ms / 1000)));

    public static IEnumerable<Figure> Figures(StartResult result)
    {
        foreach (var (place, peer, ratio) in Ratios(result, r => r.Milliseconds).Where(r => r.Peer.Name is "nova"))
        {
            yield return new(
                $"start to first answer, against {peer.Description}", Texts.Seconds(peer.Of(r => r.Milliseconds).Median / 1000), Texts.Seconds(place.Peers[0].Of(r => r.Milliseconds).Median / 1000), Say(ratio.Median), null);
        }
    }

    private static IEnumerable<(StartPlace Place, StartPeer Peer, Spread Ratio)> Ratios(StartResult result, Func<StartRound, double> figure) =>
        from place in result.Places
        where place.Peers[0].Name == Measure.Ours
        from peer in place.Peers.Skip(1)
        select (place, peer, Spread.Of(place.Peers[0].Rounds.Zip(peer.Rounds).Select(p => figure(p.First) / figure(p.Second))));

    private static string Say(double ratio) => ratio < 0.1 ? Texts.Share(ratio) : Texts.Times(ratio);
}
