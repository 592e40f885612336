using Firstlight.Bench.Machine;

namespace Firstlight.Bench.Report;

/// <summary>A run that can be kept in <c>benchmarks/results/</c>.</summary>
internal interface IKeptResult
{
    /// <summary>Name of the scenario.</summary>
    string Scenario { get; }

    DateTimeOffset Finished { get; }

    Host Host { get; }

    /// <summary>All rounds that peers were measured in; empty where a result is of another kind.</summary>
    IEnumerable<Round> AllRounds => [];
}
