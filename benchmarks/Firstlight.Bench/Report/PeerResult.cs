using System.Text.Json.Serialization;
using Firstlight.Bench.OpenStack;

namespace Firstlight.Bench.Report;

/// <summary>One of those compared, and all its rounds.</summary>
internal sealed record PeerResult(string Name, string Description, long MemoryKiBAfter, IReadOnlyList<Round> Rounds)
{
    public Spread RequestsPerSecond => Spread.Of(Rounds.Select(r => r.RequestsPerSecond));

    public Spread CpuMicrosecondsPerRequest => Spread.Of(Rounds.Select(r => r.CpuMicrosecondsPerRequest));

    public Spread P50Ms => Spread.Of(Rounds.Select(r => r.P50Ms));

    public Spread P99Ms => Spread.Of(Rounds.Select(r => r.P99Ms));

    /// <summary>Median of a figure over the rounds.</summary>
    public double Median(Func<Round, double> figure) => Spread.Of(Rounds.Select(figure)).Median;
}

/// <summary>One measurement of one peer.</summary>
/// <param name="Number">1-based round.</param>
/// <param name="Turn">1-based place within the round.</param>
/// <param name="LoadBefore">The machine's load average before it.</param>
/// <param name="Requests">Requests answered.</param>
/// <param name="Seconds">Time it took.</param>
/// <param name="RequestsPerSecond">Requests a second.</param>
/// <param name="P50Ms">Median latency, milliseconds.</param>
/// <param name="P99Ms">99th percentile, milliseconds.</param>
/// <param name="UserMicrosecondsPerRequest">User time of all processes of the peer, per request.</param>
/// <param name="SystemMicrosecondsPerRequest">System time of all processes of the peer, per request.</param>
/// <param name="FailedResponses">Answers outside 2xx and 3xx.</param>
/// <param name="SocketErrors">Failed connects, reads, writes, and time-outs.</param>
internal sealed record Round(
    int Number, int Turn, double LoadBefore, long Requests, double Seconds, double RequestsPerSecond, double P50Ms, double P99Ms,
    double UserMicrosecondsPerRequest, double SystemMicrosecondsPerRequest, long FailedResponses, long SocketErrors)
{
    public double CpuMicrosecondsPerRequest => UserMicrosecondsPerRequest + SystemMicrosecondsPerRequest;

    /// <summary>How much of one processor went to others than server and load meanwhile, this virtual machine's neighbours included; null where that was not looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Others { get; init; }

    /// <summary>Time of the database server per request, which is no process of the peer; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DatabaseMicrosecondsPerRequest { get; init; }

    /// <summary>User and system time of each part on the way, per request; null where parts are not told apart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<PartKind, double>? PartMicrosecondsPerRequest { get; init; }
}

/// <summary>Median, least and most over the rounds.</summary>
internal sealed record Spread(double Median, double Least, double Most)
{
    /// <summary>A figure there is only one of.</summary>
    public static Spread One(double value) => new(value, value, value);

    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return new(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}

/// <summary>One peer over another, within the same rounds.</summary>
internal sealed record Ratio(string One, string Other, Spread Cpu, Spread RequestsPerSecond, Spread P50)
{
    public static Ratio Of(PeerResult one, PeerResult other)
    {
        var pairs = one.Rounds.Zip(other.Rounds).ToArray();
        return new(
            one.Name,
            other.Name,
            Spread.Of(pairs.Select(p => p.First.CpuMicrosecondsPerRequest / p.Second.CpuMicrosecondsPerRequest)),
            Spread.Of(pairs.Select(p => p.First.RequestsPerSecond / p.Second.RequestsPerSecond)),
            Spread.Of(pairs.Select(p => p.First.P50Ms / p.Second.P50Ms)));
    }
}
