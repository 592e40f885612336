namespace Firstlight.Plumbing.Reconcile;

/// <summary>Why a unit is to be looked at, in the order in which those that wait are taken.</summary>
internal enum Urgency
{
    /// <summary>It is not wanted any more, or it is the guard of what else waits.</summary>
    First,

    /// <summary>The kernel told of a change, or what failed is tried again.</summary>
    Noticed,

    /// <summary>Something else is wanted of it.</summary>
    Wanted,

    /// <summary>It was not looked at for a while.</summary>
    Swept,
}

/// <summary>Says when each unit is looked at next: soon after a notice, with growing pauses of its own after failures, and now and then in any case. Thread-safe.</summary>
/// <remarks>A unit is in one place only: waiting for its time, ready, or out. However many notices there are, it is looked at once for all that came before the look began.</remarks>
internal sealed class UnitQueue(TimeProvider time)
{
    // What comes in one burst (a namespace with all in it) is one look.
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    // Of a unit that fails, notices within this time of the attempt are of its own making.
    private static readonly TimeSpan OwnEcho = TimeSpan.FromSeconds(1);

    // Someone who undoes what we do at once, again and again, is answered no more often than this.
    private static readonly TimeSpan LongestSettle = TimeSpan.FromSeconds(2);

    // The sweep: at most so many looks a second and so much of the time, each unit after three seconds at the earliest and ten minutes at the latest.
    private static readonly TimeSpan SweepGap = TimeSpan.FromMilliseconds(100);
    private const double SweepShare = 0.1;
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(10);

    // What a look takes is the best of those before, or nearly: others' load and a collection are no reason to look less often. It may rise by this factor with each.
    // The first counts for nothing: a program that has just started is compiled meanwhile, and after it a host of ten networks was swept every ten seconds and more.
    private const double CostRise = 1.25;

    private readonly Lock _lock = new();
    private readonly Dictionary<Unit, Slot> _slots = [];
    private readonly SortedSet<Slot> _waiting = new(Comparer<Slot>.Create((a, b) => Compare((a.Due, a.Number), (b.Due, b.Number))));
    private readonly SortedSet<Slot> _ready = new(Comparer<Slot>.Create((a, b) => Compare((a.Urgency, a.Unit.Kind, a.Due, a.Number), (b.Urgency, b.Unit.Kind, b.Due, b.Number))));
    private long _lastNumber;
    private int _outstanding;

    // Of all slots.
    private double _seconds;

    /// <summary>When the next unit becomes ready; null when none waits. One that is ready already is not counted.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (_lock) return _waiting.Min?.Due;
        }
    }

    /// <summary>Looks at a unit as soon as possible, whatever it failed at before.</summary>
    public void Want(Unit unit, Urgency urgency)
    {
        lock (_lock)
        {
            var slot = Of(unit);
            (slot.Failures, slot.Repairs) = (0, 0);
            SetWishes(slot, isWished: true, slot.IsCarriedOut);
            Schedule(slot, time.GetUtcNow(), urgency);
        }
    }

    /// <summary>Something of a unit changed. One that is not in the queue is not ours.</summary>
    public void Notice(Unit unit)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(unit, out var slot)) return;
            var now = time.GetUtcNow();
            if (slot.Failures == 0) Schedule(slot, now + SettleOf(slot), Urgency.Noticed);
            else if (slot.IsOut || now - slot.Ended > OwnEcho) Schedule(slot, Later(now, slot.Ended + OwnEcho), Urgency.Noticed);
        }
    }

    /// <summary>Anything of any unit may have changed.</summary>
    public void NoticeAll()
    {
        lock (_lock)
        {
            foreach (var unit in _slots.Keys.ToList()) Notice(unit);
        }
    }

    /// <summary>Takes the most urgent unit that may be looked at now.</summary>
    /// <param name="may">Whether it may, told too whether it failed the last time. It is left where it is otherwise.</param>
    /// <param name="unit">The unit.</param>
    /// <returns>False when there is none.</returns>
    public bool TryTake(Func<Unit, bool, bool> may, out Unit unit)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            while (_waiting.Min is { } next && next.Due <= now)
            {
                _waiting.Remove(next);
                _ready.Add(next);
                next.IsReady = true;
            }

            foreach (var slot in _ready)
            {
                if (!may(slot.Unit, slot.Failures > 0)) continue;
                _ready.Remove(slot);
                (slot.IsReady, slot.IsOut, slot.Begun) = (false, true, now);
                SetWishes(slot, isWished: false, isCarriedOut: slot.IsWished);
                unit = slot.Unit;
                return true;
            }
        }

        unit = default;
        return false;
    }

    /// <summary>Gives back a unit that was taken.</summary>
    public void Done(UnitOutcome outcome)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(outcome.Unit, out var slot)) return;
            var now = time.GetUtcNow();
            (slot.IsOut, slot.Ended) = (false, now);
            var (again, isWished) = (slot.Again, slot.IsWished);
            slot.Again = null;
            SetWishes(slot, isWished, isCarriedOut: false);
            var isFailed = outcome.Failure is not null && outcome.RetryAt is null;
            slot.Failures = isFailed && !isWished ? slot.Failures + 1 : 0;
            slot.Repairs = isFailed || outcome.Changes.IsEmpty ? 0 : slot.Repairs + 1;
            if (outcome.Failure is null && outcome.Changes.IsEmpty) SetCost(slot, Math.Max(0, (now - slot.Begun).TotalSeconds));
            if (isWished) Schedule(slot, now, again!.Value.Urgency);
            else if (isFailed) Schedule(slot, now + PauseAfter(slot.Failures), Urgency.Noticed);
            else if (again is not null) Schedule(slot, Later(again.Value.Due, now + SettleOf(slot)), again.Value.Urgency);
            else if (outcome.RetryAt is { } retry && retry < now + Round()) Schedule(slot, retry, Urgency.Noticed);
            else Schedule(slot, now + Round(), Urgency.Swept);
        }
    }

    /// <summary>Whether a unit is ready or being looked at.</summary>
    public bool IsActive(Unit unit)
    {
        lock (_lock) return _slots.TryGetValue(unit, out var slot) && (slot.IsReady || slot.IsOut || slot.Due <= time.GetUtcNow());
    }

    /// <summary>Whether a unit failed the last time.</summary>
    public bool IsFailing(Unit unit)
    {
        lock (_lock) return _slots.TryGetValue(unit, out var slot) && slot.Failures > 0;
    }

    /// <summary>When a unit that failed is tried again.</summary>
    public DateTimeOffset? RetryAt(Unit unit)
    {
        lock (_lock) return _slots.TryGetValue(unit, out var slot) ? slot.Due : null;
    }

    /// <summary>Forgets a unit.</summary>
    public void Remove(Unit unit)
    {
        lock (_lock)
        {
            if (!_slots.Remove(unit, out var slot)) return;
            Unplace(slot);
            SetWishes(slot, isWished: false, isCarriedOut: false);
            Count(slot, 0);
        }
    }

    /// <summary>How many units there are of which something is wanted that was not tried yet.</summary>
    public int Outstanding
    {
        get
        {
            lock (_lock) return _outstanding;
        }
    }

    private static TimeSpan PauseAfter(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, failures - 1)));

    private static TimeSpan SettleOf(Slot slot) => TimeSpan.FromTicks(Math.Min(LongestSettle.Ticks, Settle.Ticks << Math.Min(slot.Repairs, 10)));

    private TimeSpan Round() =>
        TimeSpan.FromSeconds(Math.Clamp(Math.Max(SweepGap.TotalSeconds * _slots.Count, _seconds / SweepShare), ShortestRound.TotalSeconds, LongestRound.TotalSeconds));

    private void SetCost(Slot slot, double seconds)
    {
        var isFirst = slot.Seconds == 0;
        slot.Seconds = isFirst ? seconds : Math.Min(seconds, slot.Seconds * CostRise);
        Count(slot, isFirst ? 0 : slot.Seconds);
    }

    private void Count(Slot slot, double seconds)
    {
        _seconds += seconds - slot.Counted;
        slot.Counted = seconds;
    }

    private Slot Of(Unit unit)
    {
        if (!_slots.TryGetValue(unit, out var slot)) _slots[unit] = slot = new Slot(unit, ++_lastNumber) { Due = DateTimeOffset.MaxValue };
        return slot;
    }

    // What is to happen earlier or is more urgent wins over what was planned; the former keeps its time.
    private void Schedule(Slot slot, DateTimeOffset due, Urgency urgency)
    {
        if (slot.IsOut)
        {
            slot.Again = slot.Again is { } again ? (Earlier(again.Due, due), (Urgency)Math.Min((int)again.Urgency, (int)urgency)) : (due, urgency);
            return;
        }

        var isPlanned = slot.IsReady || _waiting.Contains(slot);
        if (isPlanned && slot.Due <= due && slot.Urgency <= urgency) return;
        Unplace(slot);
        if (isPlanned) (due, urgency) = slot.Due <= due ? (slot.Due, Min(slot.Urgency, urgency)) : (due, urgency);
        (slot.Due, slot.Urgency) = (due, urgency);
        _waiting.Add(slot);

        static Urgency Min(Urgency one, Urgency other) => one < other ? one : other;
    }

    private void SetWishes(Slot slot, bool isWished, bool isCarriedOut)
    {
        _outstanding += Convert.ToInt32(isWished || isCarriedOut) - Convert.ToInt32(slot.IsWished || slot.IsCarriedOut);
        (slot.IsWished, slot.IsCarriedOut) = (isWished, isCarriedOut);
    }

    private void Unplace(Slot slot)
    {
        _waiting.Remove(slot);
        _ready.Remove(slot);
        slot.IsReady = false;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static int Compare<T>(T one, T other)
        where T : IComparable<T> => one.CompareTo(other);

    private sealed class Slot(Unit unit, long number)
    {
        public Unit Unit => unit;

        public long Number => number;

        public DateTimeOffset Due { get; set; }

        public Urgency Urgency { get; set; }

        public bool IsReady { get; set; }

        public bool IsOut { get; set; }

        // What came while it was out.
        public (DateTimeOffset Due, Urgency Urgency)? Again { get; set; }

        // Something else is wanted of it than at the last look; and that look is under way.
        public bool IsWished { get; set; }

        public bool IsCarriedOut { get; set; }

        public DateTimeOffset Begun { get; set; }

        public DateTimeOffset Ended { get; set; }

        // What a look that changes nothing takes, and how much of it counts.
        public double Seconds { get; set; }

        public double Counted { get; set; }

        public int Failures { get; set; }

        public int Repairs { get; set; }
    }
}
