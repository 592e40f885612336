using System.Diagnostics;
using System.Globalization;
using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>A way of asking.</summary>
/// <param name="Name">Short name.</param>
/// <param name="What">For the table.</param>
/// <param name="Ask">Asks a peer for some time.</param>
internal sealed record Asking<TPeer>(string Name, string What, Func<TPeer, CancellationToken, Task<WrkResult>> Ask)
{
    /// <summary>Who is asked so; null for all.</summary>
    public IReadOnlyList<TPeer>? Peers { get; init; }
}

/// <summary>Peers that take turns: in every round each is measured once in each way, and the one that begins changes from round to round, so that whatever else the machine does falls on all alike.</summary>
internal static class Turns
{
    public static async Task<IReadOnlyList<Measure>> MeasureAsync<TPeer>(
        int rounds, Host host, IReadOnlyList<TPeer> peers, IReadOnlyList<Asking<TPeer>> ways, CancellationToken cancellationToken)
        where TPeer : Peer
    {
        var kept = ways.ToDictionary(w => w, w => Asked(w).ToDictionary(p => p, _ => new List<Round>()));
        for (var i = 0; i < rounds; i++)
        {
            foreach (var way in ways)
            {
                var asked = Asked(way);
                for (var k = 0; k < asked.Count; k++)
                {
                    var peer = asked[(i + k) % asked.Count];
                    var round = await RoundAsync(host, peer, way, i + 1, k + 1, cancellationToken);
                    kept[way][peer].Add(round);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"      {i + 1}/{rounds} {way.Name,-7} {peer.Name,-11} {round.RequestsPerSecond,8:F0} requests/s  {round.CpuMicrosecondsPerRequest,7:F1} µs CPU a request, others {round.Others * 100:F0} %"));
                }
            }
        }

        return [.. ways.Select(w => new Measure(w.Name, w.What, [.. Asked(w).Select(p => new PeerResult(p.Name, p.Description, p.MemoryKiB(), kept[w][p]))]))];

        IReadOnlyList<TPeer> Asked(Asking<TPeer> way) => way.Peers ?? peers;
    }

    private static async Task<Round> RoundAsync<TPeer>(Host host, TPeer peer, Asking<TPeer> way, int number, int turn, CancellationToken cancellationToken)
        where TPeer : Peer
    {
        var load = await LoadAverage.NowAsync(cancellationToken);
        var (begun, machine, ours, before) = (Stopwatch.GetTimestamp(), Processors.Now(host.TicksPerSecond), ProcessCpu.OfThis(host.TicksPerSecond), peer.Cpu(host));
        var asked = await way.Ask(peer, cancellationToken);
        var used = peer.Cpu(host) - before;
        var (passed, all) = (Stopwatch.GetElapsedTime(begun).TotalMicroseconds, Processors.Now(host.TicksPerSecond));
        if (asked.Requests == 0) throw new BenchException($"{peer.Name} answered nothing");
        var others = all.Busy - machine.Busy + all.Stolen - machine.Stolen - used.Total - (ProcessCpu.OfThis(host.TicksPerSecond) - ours).Total;
        var cpu = used / asked.Requests;
        return new(number, turn, load, asked.Requests, asked.Seconds, asked.Requests / asked.Seconds, asked.P50Ms, asked.P99Ms, cpu.User, cpu.System, asked.FailedResponses, asked.SocketErrors)
        {
            Others = Math.Max(0, others / passed),
        };
    }
}
