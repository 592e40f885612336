using System.Globalization;
using System.Net;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.OpenStack;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Storms;

/// <summary>Storms on the real path: haproxy, neutron-metadata-agent, Neutron and Nova of Debian's packages, growing as long as it bears them.</summary>
internal static class RealStorms
{
    // Documents are remembered for so long; what is asked again afterwards is as new.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(16);

    /// <param name="options">The checkout.</param>
    /// <param name="host">The machine.</param>
    /// <param name="sizes">How many guests boot at once, ascending, to 250.</param>
    /// <param name="longest">No storm is begun that would take longer than this, by the time of the one before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Storm>> RunAsync(BenchOptions options, Host host, IReadOnlyList<int> sizes, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(options, host, sizes, longest, cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or Xunit.Sdk.XunitException)
        {
            // The lab's way of saying that something of it failed.
            throw new BenchException(e.Message);
        }
    }

    private static async Task<IReadOnlyList<Storm>> TryAsync(BenchOptions options, Host host, IReadOnlyList<int> sizes, TimeSpan longest, CancellationToken cancellationToken)
    {
        await using var undo = new Undo();
        Console.WriteLine("      the lab: MariaDB, RabbitMQ, Neutron and its agents, Nova");
        var cloud = await BenchCloud.StartAsync(sizes.Max() + 1, undo);
        cancellationToken.ThrowIfCancellationRequested();
        var path = await new MetadataPaths(options.Root, cloud).StartAsync(MetadataPaths.Real);
        await cloud.Processes.PinAsync(0);
        var service = new IPEndPoint(IPAddress.Parse(GuestNetwork.MetadataAddress), path.Port);
        var pids = path.Parts.SelectMany(p => p.Pids).ToArray();
        var storms = new List<Storm>();
        foreach (var size in sizes)
        {
            if (storms is [.., { } last] && (last.Failed > 0 || last.Seconds.Median * size / last.Guests > longest.TotalSeconds)) break;
            if (storms.Count > 0) await Task.Delay(Forgotten, cancellationToken);
            // Number 1 is who showed that the way is open.
            var place = new Place([cloud.GuestNamespaceFile], [.. Enumerable.Range(2, size).Select(n => (0, BenchCloud.Guest(n)))]);
            var round = await StormOnce.RunAsync(service, place, hammer: null, () => ProcessCpu.Time(pids, host.TicksPerSecond), cancellationToken);
            storms.Add(new(Storm.Ways.Real, "haproxy → neutron-metadata-agent → Neutron, Nova", size, [round]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"      {Storm.Ways.Real,-31} {size,5} guests, {round.Failed} failed, all booted in {round.Seconds:F2} s, p99 of a request {round.Request.P99:F0} ms"));
        }

        return storms;
    }
}
