using System.Text.Json.Serialization;
using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run of scenario <c>boot</c>, as it is kept.</summary>
/// <param name="Scenario">Always <c>boot</c>.</param>
/// <param name="Finished">When.</param>
/// <param name="Host">Where.</param>
/// <param name="Settings">How it was.</param>
/// <param name="Storms">Each kind of storm, smallest first.</param>
internal sealed record BootResult(string Scenario, DateTimeOffset Finished, Host Host, BootSettings Settings, IReadOnlyList<Storm> Storms) : IKeptResult;

/// <summary>How the storms were.</summary>
/// <param name="Rounds">Storms of each kind on ours.</param>
/// <param name="Networks">Networks that the guests of ours are spread over.</param>
/// <param name="Requests">Requests of a guest.</param>
/// <param name="PatienceSeconds">How long a guest waits for an answer.</param>
/// <param name="HammerConnections">Connections of the guest that hammers.</param>
internal sealed record BootSettings(int Rounds, int Networks, int Requests, int PatienceSeconds, int HammerConnections);

/// <summary>Guests that boot at once.</summary>
/// <param name="Way">Whom they ask: one of <see cref="Ways"/>.</param>
/// <param name="Description">The same at length.</param>
/// <param name="Guests">How many.</param>
/// <param name="Rounds">Each time it was done.</param>
internal sealed record Storm(string Way, string Description, int Guests, IReadOnlyList<StormRound> Rounds)
{
    /// <summary>The ways.</summary>
    public static class Ways
    {
        public const string Ours = "firstlight";
        public const string Hammered = "firstlight, hammered";
        public const string HammeredWithin = "firstlight, hammered within";
        public const string Real = "real";
    }

    [JsonIgnore]
    public long Requests => Rounds.Sum(r => r.Requests);

    [JsonIgnore]
    public long Failed => Rounds.Sum(r => r.Failed);

    [JsonIgnore]
    public Spread Seconds => Of(r => r.Seconds);

    /// <summary>A figure over the rounds.</summary>
    public Spread Of(Func<StormRound, double> figure) => Spread.Of(Rounds.Select(figure));
}

/// <summary>One storm.</summary>
/// <param name="Requests">Requests made.</param>
/// <param name="Failed">Those that were not answered as they should be.</param>
/// <param name="Failures">How many failed in which way.</param>
/// <param name="Seconds">From the first request to the last answer.</param>
/// <param name="Request">Times of the requests that were answered.</param>
/// <param name="Boot">Times of whole boots.</param>
/// <param name="CpuMicrosecondsPerRequest">Processor time of the server, per request of the guests.</param>
/// <param name="Hammer">What the guest that hammers got; null where none did.</param>
internal sealed record StormRound(
    long Requests, long Failed, IReadOnlyDictionary<string, int> Failures, double Seconds, Percentiles Request, Percentiles Boot, double CpuMicrosecondsPerRequest, HammerCount? Hammer);

/// <summary>What a guest got that asks as fast as it can.</summary>
/// <param name="Answered">Its answers.</param>
/// <param name="PutOff">Those that were 503.</param>
/// <param name="Failed">Anything else.</param>
internal sealed record HammerCount(long Answered, long PutOff, long Failed);

/// <summary>Milliseconds that so many were done within.</summary>
internal sealed record Percentiles(double P50, double P99, double P999)
{
    public static Percentiles Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return sorted.Length == 0 ? new(0, 0, 0) : new(At(0.5), At(0.99), At(0.999));

        // The nearest rank: one that was measured.
        double At(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
