namespace Firstlight.System.Tests.Chaos;

/// <summary>A break that was made, from the moment it began until it is healed.</summary>
/// <param name="number">Its place in the run.</param>
/// <param name="harms">What is done, at once.</param>
/// <param name="stopsAgent">Whether nobody can heal anything until it is done.</param>
internal sealed class Break(int number, IReadOnlyList<Harm> harms, bool stopsAgent)
{
    /// <summary>The bound: that long after a break all are served again and all stands.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();

    public int Number => number;

    public IReadOnlyList<Harm> Harms => harms;

    public bool StopsAgent => stopsAgent;

    /// <summary>What, in words.</summary>
    public string Text => string.Join(" and ", harms.Select(h => h.Text));

    /// <summary>Before it was begun.</summary>
    public TimeSpan Began { get; private set; }

    /// <summary>Where the clock of its healing began; null until it is done.</summary>
    public TimeSpan? Clock { get; private set; }

    /// <summary>When all were served again and all stood; null until then.</summary>
    public TimeSpan? Healed { get; private set; }

    /// <summary>Whether it was not healed in time.</summary>
    public bool IsLate { get; private set; }

    /// <summary>What was still wrong when its time was over.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>Time from its clock's beginning until it was healed.</summary>
    public TimeSpan? Took => Healed - Clock;

    /// <summary>Whether a way may be interrupted by it.</summary>
    public bool Concerns(AskedWay way) => harms.Any(h => h.Concerns(way));

    /// <summary>Whether it is of a part.</summary>
    public bool Touches(Part part) => harms.Any(h => h.Parts.Contains(part));

    /// <summary>Whether an attempt that was not served is explained by it.</summary>
    public bool Explains(AskedWay way, Attempt attempt)
    {
        lock (_lock) return Concerns(way) && attempt.Ended >= Began && (Healed is not { } healed || attempt.Began <= healed);
    }

    public void Begin(TimeSpan now)
    {
        lock (_lock) Began = now;
    }

    /// <summary>Done, or the agent is back: from now on it can be healed.</summary>
    public void StartClock(TimeSpan now)
    {
        lock (_lock) Clock = now;
    }

    public void Heal(TimeSpan now)
    {
        lock (_lock)
        {
            Healed = now;
        }
    }

    public void BeLate(string missing)
    {
        lock (_lock)
        {
            IsLate = true;
            Missing = missing;
        }
    }

    /// <summary>One line of the history.</summary>
    public override string ToString()
    {
        var fate = Healed is null ? "not healed" : $"healed after {Took!.Value.TotalSeconds:0.00} s";
        return $"{Began.TotalSeconds,7:0.00} s  #{number} {Text}: {fate}{(IsLate ? $", LATE; after {Longest.TotalSeconds:0} s there was:\n{Missing}" : "")}";
    }
}
