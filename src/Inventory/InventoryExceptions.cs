namespace Firstlight.Inventory;

/// <summary>A store that cannot be reached or is locked now; trying again later may succeed.</summary>
/// <param name="message">What was attempted, on what, and what came back; one line.</param>
/// <param name="innerException">The driver's own exception.</param>
public sealed class InventoryUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A store that is not ours to use: corrupt, newer than this program, or not a store at all. It was not touched.</summary>
/// <param name="message">What is wrong with which file and what to do; one line.</param>
/// <param name="innerException">The driver's own exception.</param>
public sealed class InventoryBrokenException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A change that would break a rule of the inventory; nothing was changed.</summary>
/// <param name="violations">Each broken rule, at least one.</param>
public sealed class InventoryRuleException(IReadOnlyList<RuleViolation> violations)
    : Exception(string.Join(Environment.NewLine, violations))
{
    /// <summary>Each broken rule.</summary>
    public IReadOnlyList<RuleViolation> Violations { get; } = violations;
}

/// <summary>One broken rule.</summary>
/// <param name="Subject">What broke it, such as <c>subnet blue-v4</c>.</param>
/// <param name="Field">The field, such as <c>cidr</c>.</param>
/// <param name="Rule">The rule and what was found, such as <c>overlaps 10.0.0.0/24 of subnet red-v4 on the same network</c>.</param>
/// <param name="Line">1-based line of the cloud file, or null where there is none.</param>
public sealed record RuleViolation(string Subject, string Field, string Rule, int? Line = null)
{
    /// <summary>One line for a person: <c>line 12: subnet blue-v4: cidr: …</c>.</summary>
    public override string ToString() => Line is { } line ? $"line {line}: {Subject}: {Field}: {Rule}" : $"{Subject}: {Field}: {Rule}";
}
