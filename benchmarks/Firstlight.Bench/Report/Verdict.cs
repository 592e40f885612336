namespace Firstlight.Bench.Report;

/// <summary>A figure beside the budgets the design has for it. Smaller is better.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Budget">What it must be at most; infinite where there is only a goal.</param>
/// <param name="Goal">Where it is going; the budget again where there is no other goal.</param>
/// <param name="Say">Puts a figure as people read it.</param>
internal sealed record Verdict(double Value, double Budget, double Goal, Func<double, string> Say)
{
    public bool IsMet => Value <= Budget;

    public bool IsAtGoal => Value <= Goal;

    /// <summary><c>budget ≤ 1.1×, met; goal ≤ 0.3×, not yet</c>.</summary>
    public override string ToString() => string.Join("; ", Parts());

    /// <summary>A ratio above or about one.</summary>
    public static Verdict Times(double value, double budget, double goal) => new(value, budget, goal, Texts.Times);

    /// <summary>A ratio that nothing is promised of yet.</summary>
    public static Verdict GoalTimes(double value, double goal) => new(value, double.PositiveInfinity, goal, Texts.Times);

    /// <summary>A small share, as one over so much.</summary>
    public static Verdict Share(double value, double budget, double goal) => new(value, budget, goal, Texts.Share);

    /// <summary>A time in which all is done and nothing fails.</summary>
    public static Verdict Within(double seconds, double budget, long failed) =>
        new(failed > 0 ? double.PositiveInfinity : seconds, budget, budget, s => $"{Texts.Seconds(s)} and none fails");

    /// <summary>Where it is going: nothing fails.</summary>
    public static Verdict NoneFails(long failed) => new(failed, double.PositiveInfinity, 0, _ => "none fails");

    private IEnumerable<string> Parts()
    {
        if (double.IsFinite(Budget)) yield return $"budget {Say(Budget)}, {(IsMet ? "met" : "**not met**")}";
        if (Goal < Budget) yield return $"goal {Say(Goal)}, {(IsAtGoal ? "met" : "not yet")}";
    }
}
