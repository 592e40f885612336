namespace Firstlight.Inventory.Own.Storage;

/// <summary>Which rows of a table are read.</summary>
/// <param name="Condition">SQL that an index answers, of columns of ours; values as <c>$0</c>, <c>$1</c> …</param>
/// <param name="Values">The values.</param>
internal sealed record Only(string Condition, string[] Values)
{
    /// <summary>The row with an id.</summary>
    public static Only Id(string id) => new("id = $0", [id]);

    /// <summary>Rows for which a condition holds with lists in it: <c>id IN (*)</c> is any of the values.</summary>
    /// <param name="condition">SQL; each <c>*</c> stands for all of the values.</param>
    /// <param name="values">At most a few thousand.</param>
    public static Only Any(string condition, IReadOnlyCollection<string> values) =>
        new(condition.Replace("*", string.Join(", ", values.Select((_, i) => Statement.Name(i))), StringComparison.Ordinal), [.. values]);
}
