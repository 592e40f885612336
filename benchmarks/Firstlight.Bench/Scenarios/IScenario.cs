using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>One thing that is measured: a class of its own, a result, a table, plots. In <see cref="ScenarioList"/> it is on the command line and on the page.</summary>
internal interface IScenario
{
    /// <summary>As on the command line.</summary>
    string Name { get; }

    /// <summary>For the help, in one line.</summary>
    string What { get; }

    /// <summary>How long a run takes, about; for the help.</summary>
    (double Full, double Quick) Minutes { get; }

    /// <summary>Rounds where the command line says nothing else.</summary>
    (int Full, int Quick) Rounds { get; }

    /// <summary>Names of those compared.</summary>
    IReadOnlyList<string> Peers { get; }

    /// <summary>Programs beside ours, and how each says its version.</summary>
    IEnumerable<(string Name, string[] Version)> Programs { get; }

    /// <summary>A run is kept with <c>--record</c> only, or in <c>all</c>.</summary>
    bool RecordsOnlyWhenAsked { get; }

    /// <summary>Measures. Whatever it makes is gone when it returns or throws.</summary>
    Task<IKeptResult> RunAsync(BenchOptions options, Host host, CancellationToken cancellationToken);

    /// <summary>Reads a kept result.</summary>
    IKeptResult Read(string json);

    /// <summary>What a reader sees of a result.</summary>
    Rendered Render(IKeptResult result);

    /// <summary>Why a result lets the run end with exit code 1; null where nothing is wrong.</summary>
    string? Complaint(IKeptResult result, BenchOptions options);
}
