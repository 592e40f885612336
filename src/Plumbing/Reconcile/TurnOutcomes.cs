namespace Firstlight.Plumbing.Reconcile;

/// <summary>Collects how the units of one turn fared. Thread-safe.</summary>
/// <param name="progress">Told after each; null for nobody.</param>
internal sealed class TurnOutcomes(IProgress<SyncProgress>? progress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Unit, UnitOutcome?> _outcomes = [];
    private readonly List<Unit> _order = [];
    private int _left;
    private int _failed;

    /// <summary>Whether all have ended.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_lock) return _left == 0;
        }
    }

    /// <summary>Names the units of the turn, in the order of the report.</summary>
    public void Await(IEnumerable<Unit> units)
    {
        lock (_lock)
        {
            foreach (var unit in units)
            {
                if (!_outcomes.TryAdd(unit, null)) continue;
                _order.Add(unit);
                _left++;
            }
        }
    }

    /// <summary>Takes the first outcome of a unit; a second look is not the turn's.</summary>
    public void Add(UnitOutcome outcome)
    {
        SyncProgress state;
        lock (_lock)
        {
            if (!_outcomes.TryGetValue(outcome.Unit, out var known) || known is not null) return;
            _outcomes[outcome.Unit] = outcome;
            _left--;
            if (outcome.Failure is not null) _failed++;
            state = new SyncProgress(_order.Count - _left, _order.Count, _failed);
        }

        progress?.Report(state);
    }

    /// <summary>The report of a complete turn.</summary>
    public SyncReport Report()
    {
        lock (_lock) return new SyncReport([.. _order.Select(u => _outcomes[u]!)]);
    }
}
