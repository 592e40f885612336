using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run that can be kept in <c>benchmarks/results/</c>.</summary>
internal interface IKeptResult
{
    DateTimeOffset Finished { get; }

    Host Host { get; }

    /// <summary>All that was measured.</summary>
    IEnumerable<Round> AllRounds { get; }
}
