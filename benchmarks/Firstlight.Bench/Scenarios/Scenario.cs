using System.Text.Json;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Plots;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios;

/// <summary>A scenario with a result of its own type.</summary>
/// <typeparam name="TResult">What a run comes to; read again from JSON.</typeparam>
internal abstract class Scenario<TResult> : IScenario
    where TResult : class, IKeptResult
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string What { get; }

    /// <inheritdoc/>
    public abstract (double Full, double Quick) Minutes { get; }

    /// <inheritdoc/>
    public virtual (int Full, int Quick) Rounds => (7, 3);

    /// <inheritdoc/>
    public abstract IReadOnlyList<string> Peers { get; }

    /// <inheritdoc/>
    public abstract IEnumerable<(string Name, string[] Version)> Programs { get; }

    /// <inheritdoc/>
    public virtual bool RecordsOnlyWhenAsked => false;

    async Task<IKeptResult> IScenario.RunAsync(BenchOptions options, Host host, CancellationToken cancellationToken) => await MeasureAsync(options, host, cancellationToken);

    IKeptResult IScenario.Read(string json) => JsonSerializer.Deserialize<TResult>(json, ResultFiles.Json)!;

    Rendered IScenario.Render(IKeptResult result) => new(Table((TResult)result), [.. Plots((TResult)result)], [.. Figures((TResult)result)]);

    string? IScenario.Complaint(IKeptResult result, BenchOptions options) => Complaint((TResult)result, options);

    /// <summary>Measures. Whatever it makes is gone when it returns or throws.</summary>
    protected abstract Task<TResult> MeasureAsync(BenchOptions options, Host host, CancellationToken cancellationToken);

    /// <summary>A result in Markdown that reads well on a terminal: ratios first, then the figures, then how they were taken.</summary>
    protected abstract string Table(TResult result);

    /// <summary>A result at a glance.</summary>
    protected virtual IEnumerable<Plot> Plots(TResult result) => [];

    /// <summary>Its lines in the project's README.</summary>
    protected virtual IEnumerable<Figure> Figures(TResult result) => [];

    /// <summary>A server that refuses work is cheap: figures of a run where requests failed must not pass for good ones.</summary>
    protected virtual string? Complaint(TResult result, BenchOptions options)
    {
        var failures = result.AllRounds.Sum(r => r.FailedResponses + r.SocketErrors);
        var requests = result.AllRounds.Sum(r => r.Requests);
        return failures * 1000 > requests ? $"{failures} of {requests} requests failed: the figures above do not count" : null;
    }
}
