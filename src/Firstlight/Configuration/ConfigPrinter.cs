namespace Firstlight.Configuration;

/// <summary>Writes the configuration that is in force as a file that would give it again, secrets masked.</summary>
internal static class ConfigPrinter
{
    /// <summary>Prints every option a role reads, each with where its value came from, and what was written besides.</summary>
    /// <exception cref="ConfigurationException">The configuration is not in order.</exception>
    public static void Print(ConfigSources sources, TextWriter output)
    {
        _ = Settings.Load(sources with { MayGenerateSecret = false });
        var raw = RawConfiguration.Read(sources);
        var reader = new OptionReader(raw, sources.Role);

        foreach (var section in OptionCatalogue.All.GroupBy(o => o.Section))
        {
            var options = section.Where(o => IsOf(o, sources.Role) || reader.IsSet(o)).Where(o => o.Status != OptionStatus.NotHonoured || reader.IsSet(o)).ToList();
            if (options.Count == 0) continue;
            output.WriteLine($"[{section.Key}]");
            foreach (var option in options) PrintOption(option, reader, output);
            output.WriteLine();
        }
    }

    private static void PrintOption(OptionDefinition option, OptionReader reader, TextWriter output)
    {
        var value = reader.Effective(option);
        var text = Quoted(option.Shown(value.Text));
        var from = value.Origin is { } origin ? origin.ToString() : "default";
        var note = option.Status switch { OptionStatus.Accepted => ", accepted without effect", OptionStatus.NotHonoured => ", not honoured", _ => "" };
        output.WriteLine($"# {from}{note}");
        output.WriteLine($"{option.Name} = {text}");
    }

    private static bool IsOf(OptionDefinition option, ProgramRole role) => (option.Roles & role) != ProgramRole.None;

    // What was substituted already must not be substituted again by whoever reads this back.
    private static string Quoted(string text)
    {
        var escaped = text.Replace("$", "$$", StringComparison.Ordinal).Replace("\n", "\n    ", StringComparison.Ordinal);
        var needsQuotes = escaped.Length > 0 && (escaped != escaped.Trim() || (escaped.Length > 1 && escaped[0] is '"' or '\'' && escaped[0] == escaped[^1]));
        return needsQuotes ? $"\"{escaped}\"" : escaped;
    }
}
