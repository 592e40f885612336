using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;
using Firstlight.Bench.Scenarios.Syncs;

namespace Firstlight.Bench.Scenarios;

/// <summary>A thousand networks made, taken over by the next start, kept, and one more of them; against the same with ten.</summary>
internal sealed class SyncScenario : Scenario<SyncResult>
{
    private const string Haproxy = "haproxy";
    private static readonly int[] Sizes = [10, 1000];
    private static readonly int[] QuickSizes = [5, 40];

    public override string Name => "sync";

    public override string What => "1,000 networks made, taken over by a start, kept, one added; memory beside 1,000 haproxies, descriptors";

    public override (double Full, double Quick) Minutes => (12, 1.5);

    public override (int Full, int Quick) Rounds => (5, 2);

    public override IReadOnlyList<string> Peers => [Measure.Ours, Haproxy];

    public override IEnumerable<(string Name, string[] Version)> Programs => [("haproxy", ["haproxy", "-v"]), ("dnsmasq", ["dnsmasq", "--version"])];

    protected override async Task<SyncResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken)
    {
        if (!options.Peers.Contains(Measure.Ours)) throw new BenchException("haproxies run in the networks that firstlight makes");
        var counts = options.Quick ? QuickSizes : Sizes;
        var sizes = new List<SyncSize>();
        HaproxyMemory? haproxies = null;
        for (var i = 0; i < counts.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{i + 1}/{counts.Length}] {counts[i]:#,0} networks"));
            (var size, haproxies) = await MeasureAsync(options, host, counts[i], i == counts.Length - 1 && options.Peers.Contains(Haproxy), cancellationToken);
            sizes.Add(size);
        }

        return new(Name, DateTimeOffset.UtcNow, host, new(SyncProbe.Ports, options.Rounds, SyncProbe.AdditionsOf(options)), sizes, haproxies);
    }

    protected override string Table(SyncResult result) => SyncTable.Render(result);

    protected override IEnumerable<Plot> Plots(SyncResult result) => SyncTable.Plots(result);

    protected override IEnumerable<Figure> Figures(SyncResult result) => SyncTable.Figures(result);

    // Each size begins with nothing on the host.
    private static async Task<(SyncSize Size, HaproxyMemory? Haproxies)> MeasureAsync(BenchOptions options, Host host, int count, bool withHaproxies, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        NeighbourTable.Raise(undo);
        var directory = RunDirectory.Make(undo);
        GuestNetwork[] networks = [.. Enumerable.Range(0, count).Select(SyncProbe.Network)];
        var firstlight = await FirstlightPeer.MakeAsync(options, Path.Combine(directory, "firstlight"), undo, cancellationToken);
        undo.Say("      taking it down");
        using var probe = new SyncProbe(options, host, firstlight, networks);
        var size = await probe.MeasureAsync(PlugAsync, cancellationToken);
        return (size, withHaproxies ? await Haproxies.MeasureAsync(Path.Combine(directory, Haproxy), networks, undo, cancellationToken) : null);

        Task PlugAsync(IReadOnlyList<GuestNetwork> plugged)
        {
            GuestNetwork.RemoveGuestsAtEnd(plugged, undo);
            return GuestNetwork.PlugAsync(plugged, cancellationToken);
        }
    }
}
