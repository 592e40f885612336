using Microsoft.Extensions.Logging;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>How each unit was found at its last look. Says in the log when that changes, not each time it is found so. Thread-safe.</summary>
internal sealed class UnitStates(TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Unit, FailingUnit?> _states = [];

    /// <summary>Takes how a look ended.</summary>
    public void Set(UnitOutcome outcome)
    {
        FailingUnit? former;
        lock (_lock)
        {
            former = _states.GetValueOrDefault(outcome.Unit);
            _states[outcome.Unit] = outcome.Failure is { } reason
                ? new FailingUnit(outcome.Unit, reason, former?.Since ?? time.GetUtcNow(), (former?.Attempts ?? 0) + 1, RetryAt: null)
                : null;
        }

        foreach (var change in outcome.Changes) PlumbingLog.Changed(logger, outcome.Unit, change);
        if (outcome.Failure is { } failure)
        {
            if (!string.Equals(former?.Reason, failure, StringComparison.Ordinal)) PlumbingLog.Failed(logger, outcome.Unit, failure);
        }
        else if (former is not null)
        {
            PlumbingLog.Recovered(logger, outcome.Unit, former.Attempts);
        }
    }

    /// <summary>How many fail.</summary>
    public int Failing
    {
        get
        {
            lock (_lock) return _states.Values.Count(f => f is not null);
        }
    }

    /// <summary>Forgets a unit.</summary>
    public void Remove(Unit unit)
    {
        lock (_lock) _states.Remove(unit);
    }

    /// <summary>All of it.</summary>
    public HostState Describe(UnitQueue queue)
    {
        lock (_lock)
        {
            var failing = _states.Values.OfType<FailingUnit>().OrderBy(f => f.Unit.ToString(), StringComparer.Ordinal).Select(f => f with { RetryAt = queue.RetryAt(f.Unit) });
            return new HostState(_states.Values.Count(f => f is null), queue.Outstanding, [.. failing]);
        }
    }
}
