namespace Firstlight.Inventory.Own.Yaml;

/// <summary>What is wrong in a cloud file, collected so that one run shows everything.</summary>
internal sealed class Mistakes
{
    private const string File = "cloud file";
    private const int Most = 100;
    private readonly List<RuleViolation> _all = [];

    /// <summary>A mistake of the file as such.</summary>
    public void Add(int line, string rule) => Add(new RuleViolation(File, "yaml", rule, line));

    /// <summary>A mistake in a field of nothing in particular.</summary>
    public void Add(int line, string field, string rule) => Add(new RuleViolation(File, field, rule, line));

    /// <summary>A mistake in a field of something.</summary>
    public void Add(int line, string subject, string field, string rule) => Add(new RuleViolation(subject, field, rule, line));

    /// <summary>Throws when there was any mistake.</summary>
    /// <exception cref="InventoryRuleException">All of them by line; the first hundred of very many.</exception>
    public void Throw()
    {
        if (_all.Count > 0) throw new InventoryRuleException([.. _all.OrderBy(v => v.Line)]);
    }

    private void Add(RuleViolation violation)
    {
        if (_all.Count < Most) _all.Add(violation);
    }
}
