namespace Firstlight.Configuration;

/// <summary>Where a value was written: <c>file:line</c>, an environment variable, or a command line option.</summary>
/// <param name="Source">File path, <c>environment NAME</c> or <c>--option</c>.</param>
/// <param name="Line">1-based line, 0 where there are no lines.</param>
internal readonly record struct Origin(string Source, int Line = 0)
{
    /// <summary>Such as <c>/etc/nova/nova.conf:12</c>.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}

/// <summary>One assignment as written: quotes removed, continuation lines joined, nothing substituted yet.</summary>
/// <param name="Section"><c>DEFAULT</c>, or the section's name in lower case.</param>
/// <param name="Name">Option name as written.</param>
/// <param name="Value">Its text.</param>
/// <param name="Origin">The line the assignment starts on.</param>
internal sealed record IniEntry(string Section, string Name, string Value, Origin Origin);

/// <summary>Reads the INI dialect of oslo.config.</summary>
/// <remarks>
/// Its peculiarities: comments only where the line starts with <c>#</c> or <c>;</c>, so both are literal inside a value; the first of <c>=</c>
/// and <c>:</c> separates; an indented line continues the value (an indented comment too); a blank line ends it; one pair of matching
/// quotes around the first line is dropped; section names other than DEFAULT are case-insensitive.
/// </remarks>
internal static class IniFile
{
    /// <summary>The section of options that belong to no group.</summary>
    public const string DefaultSection = "DEFAULT";

    /// <summary>Parses a whole file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="source">Its path, for messages.</param>
    /// <exception cref="ConfigurationException">The first line that is not of the dialect.</exception>
    public static IReadOnlyList<IniEntry> Parse(string text, string source)
    {
        var entries = new List<IniEntry>();
        string? section = null;
        IniEntry? open = null;
        var lineNumber = 0;

        foreach (var raw in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            lineNumber++;
            var line = raw.TrimEnd();
            if (!line.IsEmpty && line[0] is ' ' or '\t')
            {
                open = open is null
                    ? throw Wrong(source, lineNumber, "an indented line continues the option above it, but there is none; remove the blanks in front")
                    : open with { Value = $"{open.Value}\n{line.TrimStart()}" };
                continue;
            }

            Flush(entries, ref open);
            if (line.IsEmpty || line[0] is '#' or ';') continue;
            if (line[0] == '[') section = SectionName(line, source, lineNumber);
            else open = Assignment(line, section, source, lineNumber);
        }

        Flush(entries, ref open);
        return entries;
    }

    /// <summary>The form section names are compared in.</summary>
    public static string NormalizeSection(string section) => section == DefaultSection ? section : section.ToLowerInvariant();

    private static void Flush(List<IniEntry> entries, ref IniEntry? open)
    {
        if (open is not null) entries.Add(open);
        open = null;
    }

    private static string SectionName(ReadOnlySpan<char> line, string source, int lineNumber)
    {
        if (line[^1] != ']') throw Wrong(source, lineNumber, "a section ends with ']'");
        if (line.Length == 2) throw Wrong(source, lineNumber, "a section needs a name between '[' and ']'");
        return NormalizeSection(line[1..^1].ToString());
    }

    private static IniEntry Assignment(ReadOnlySpan<char> line, string? section, string source, int lineNumber)
    {
        var separator = line.IndexOfAny('=', ':');
        if (separator < 0) throw Wrong(source, lineNumber, "expected 'option = value', a [section] or a comment");
        var name = line[..separator].Trim();
        if (name.IsEmpty) throw Wrong(source, lineNumber, "an option name is missing before the separator");
        if (section is null) throw Wrong(source, lineNumber, $"option {name} stands before any section; put [DEFAULT] above it");
        return new IniEntry(section, name.ToString(), Unquote(line[(separator + 1)..].Trim()).ToString(), new Origin(source, lineNumber));
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value) =>
        value.Length > 1 && value[0] is '"' or '\'' && value[0] == value[^1] ? value[1..^1] : value;

    private static ConfigurationException Wrong(string source, int line, string what) => new($"{source}:{line}: {what}");
}
