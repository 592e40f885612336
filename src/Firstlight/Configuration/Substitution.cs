using System.Text;
using System.Text.RegularExpressions;

namespace Firstlight.Configuration;

/// <summary>Replaces <c>$name</c>, <c>${name}</c> and <c>${group.name}</c> by other options, as oslo.config does (Python's template rules).</summary>
/// <remarks>
/// A name without a group means an option of the same group, then one of [DEFAULT]. <c>$$</c> and <c>\$</c> are a literal <c>$</c>; a <c>$</c>
/// before anything else is literal too. An option without a value is the empty text.
/// </remarks>
internal sealed partial class Substitution(RawConfiguration raw, IReadOnlyDictionary<OptionName, OptionDefinition> known, ProgramRole role, bool onNova)
{
    /// <summary>Deep enough for any real chain; a loop ends here.</summary>
    private const int MaxDepth = 16;

    /// <summary>The text with every reference replaced.</summary>
    /// <param name="entry">The value as written and where.</param>
    /// <exception cref="ConfigurationException">A reference to nothing, or to itself.</exception>
    public string Expand(IniEntry entry) => Expand(entry, 0);

    private string Expand(IniEntry entry, int depth)
    {
        if (!entry.Value.Contains('$', StringComparison.Ordinal)) return entry.Value;
        if (depth > MaxDepth) throw Wrong(entry, "refers to itself through $");

        var text = entry.Value.Replace("\\$", "$$", StringComparison.Ordinal);
        var result = new StringBuilder();
        var at = 0;
        foreach (Match match in Reference().Matches(text))
        {
            result.Append(text, at, match.Index - at);
            at = match.Index + match.Length;
            if (match.Groups["escaped"].Success) result.Append('$');
            else if (match.Groups["name"] is { Success: true } name) result.Append(ValueOf(entry, name.Value, depth));
            else result.Append(match.Value);
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    private string ValueOf(IniEntry from, string reference, int depth)
    {
        var dot = reference.IndexOf('.', StringComparison.Ordinal);
        var (section, name) = dot < 0 ? (from.Section, reference) : (IniFile.NormalizeSection(reference[..dot]), reference[(dot + 1)..]);
        var found = Lookup(section, name) ?? Lookup(IniFile.DefaultSection, reference)
            ?? throw Wrong(from, $"refers to ${reference}, which is no option; write $$ for a literal $");
        return Expand(found, depth + 1);
    }

    private IniEntry? Lookup(string section, string name)
    {
        if (raw.Find(section, name) is { } written) return written;
        return known.TryGetValue(new OptionName(section, name), out var option)
            ? new IniEntry(section, name, option.DefaultFor(role, onNova), new Origin($"default of {option}"))
            : null;
    }

    private static ConfigurationException Wrong(IniEntry entry, string what) => new($"{entry.Origin}: [{entry.Section}] {entry.Name}: {what}");

    [GeneratedRegex(@"\$(?:(?<escaped>\$)|(?<name>[_a-zA-Z][._a-zA-Z0-9]*)|\{(?<name>[_a-zA-Z][._a-zA-Z0-9]*)\})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reference();
}
