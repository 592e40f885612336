using Firstlight.Inventory.Nova;
using Firstlight.Management;

namespace Firstlight.Roles;

/// <summary>Whether each of Nova's databases answers.</summary>
/// <remarks>
/// A database that hangs takes longer to be found out than a probe may wait. So the question goes on after the probe is answered, and the next probe is
/// told what came of it.
/// </remarks>
internal sealed class NovaReadiness(Func<CancellationToken, Task<IReadOnlyList<DatabaseState>>> ask) : IReadinessCheck
{
    // Below the patience that Readiness has with each check.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly Lock _lock = new();
    private Task<IReadOnlyList<DatabaseState>>? _asking;
    private volatile IReadOnlyList<DatabaseState> _last = [];

    /// <inheritdoc/>
    public string Name => "databases";

    /// <inheritdoc/>
    public async ValueTask<string?> CheckAsync(CancellationToken cancellationToken)
    {
        var asking = Ask();
        try
        {
            _last = await asking.WaitAsync(Patience, cancellationToken);
            return Problems();
        }
        catch (TimeoutException)
        {
            return Problems() ?? $"not all have answered within {Patience.TotalSeconds} s";
        }
    }

    private string? Problems()
    {
        var problems = _last.Where(state => state.Problem is not null).Select(state => $"{state.Database}: {state.Problem}").ToList();
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    // One question at a time, whoever waits for it: it has its own bound, the time-out of each database.
    private Task<IReadOnlyList<DatabaseState>> Ask()
    {
        lock (_lock)
        {
            if (_asking is { IsCompleted: false }) return _asking;
            if (_asking is { IsCompletedSuccessfully: true }) _last = _asking.Result;
            return _asking = ask(CancellationToken.None);
        }
    }
}
