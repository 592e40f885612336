using System.Diagnostics;
using Firstlight.Bench.Peers;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>Things added to a running program one after the other, each when it is at rest, and how long until they are there.</summary>
internal sealed class Additions(FirstlightPeer firstlight, Rest rest)
{
    /// <param name="count">How many.</param>
    /// <param name="next">The next one: its cloud file, and whether it is there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<Addition>> MeasureAsync(int count, Func<(string File, Func<Task<bool>> IsThere)> next, CancellationToken cancellationToken)
    {
        var additions = new List<Addition>();
        await rest.UntilAsync(cancellationToken);
        for (var i = 0; i < count; i++)
        {
            var (file, isThere) = next();
            var before = rest.Cpu();
            var begun = Stopwatch.GetTimestamp();
            await firstlight.ApplyAsync([file], cancellationToken);
            var applied = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            await Reach.UntilAsync(isThere, cancellationToken);
            var answered = Stopwatch.GetElapsedTime(begun).TotalMilliseconds - applied;
            await rest.UntilAsync(cancellationToken);
            additions.Add(new(applied, answered, (rest.Cpu() - before).Total / 1000));
        }

        return additions;
    }
}
