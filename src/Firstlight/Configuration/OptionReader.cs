namespace Firstlight.Configuration;

/// <summary>A value with where it came from.</summary>
/// <param name="Text">After substitution.</param>
/// <param name="Origin">Null for the default.</param>
internal readonly record struct EffectiveValue(string Text, Origin? Origin);

/// <summary>Typed values of catalogued options; mistakes are collected so that a person sees all of them at once.</summary>
internal sealed class OptionReader(RawConfiguration raw, ProgramRole role)
{
    private readonly bool _onNova = ReadsNova(raw, role);
    private readonly Substitution _substitution = new(raw, OptionCatalogue.ByName, role, ReadsNova(raw, role));
    private readonly List<string> _errors = [];

    /// <summary>Mistakes so far, one line each.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Whether instances are read from Nova's databases: one of them is named, and the role is the metadata API, alone or in a metadata agent.</summary>
    public bool OnNova => _onNova;

    /// <summary>Reads an option; where it is wrong the mistake is kept and the default is returned.</summary>
    public T Read<T>(OptionDefinition<T> option)
    {
        try
        {
            var value = Effective(option);
            if (option.Form.TryParse(value.Text, out var result)) return result;

            // A default that builds on a wrong value is not another mistake.
            if (value.Origin is not null) Fail(option, value);
        }
        catch (ConfigurationException e)
        {
            _errors.AddRange(e.Lines);
        }

        option.Form.TryParse(Default(option), out var fallback);
        return fallback!;
    }

    /// <summary>Whether the option is set anywhere, even to nothing.</summary>
    public bool IsSet(OptionDefinition option) => Written(option) is not null;

    /// <summary>The value as text and where it came from.</summary>
    /// <exception cref="ConfigurationException">A reference that leads nowhere.</exception>
    public EffectiveValue Effective(OptionDefinition option) => Written(option) is { } entry
        ? new EffectiveValue(_substitution.Expand(entry), entry.Origin)
        : new EffectiveValue(Default(option), null);

    /// <summary>Notes that a value is wrong.</summary>
    /// <param name="option">The option.</param>
    /// <param name="what">What is wrong and what is allowed.</param>
    public void Fail(OptionDefinition option, string what) => _errors.Add($"{Place(option)}{option}: {what}");

    /// <summary>Checks options that nobody read typed, so that a bad value is found in every role.</summary>
    public void CheckAll()
    {
        foreach (var option in OptionCatalogue.All)
        {
            if (option.Status == OptionStatus.NotHonoured || Written(option) is not { } entry) continue;
            try
            {
                var text = _substitution.Expand(entry);
                var line = Describe(option, new EffectiveValue(text, entry.Origin));
                if (!option.Accepts(text) && !_errors.Contains(line)) _errors.Add(line);
            }
            catch (ConfigurationException e)
            {
                _errors.AddRange(e.Lines.Except(_errors));
            }
        }
    }

    private void Fail(OptionDefinition option, EffectiveValue value) => _errors.Add(Describe(option, value));

    private static string Describe(OptionDefinition option, EffectiveValue value)
    {
        var place = value.Origin is { } origin ? $"{origin}: " : "";
        var shown = option.Secret ? "the value" : $"'{option.Shown(value.Text).ReplaceLineEndings("\\n")}'";
        return $"{place}{option}: {shown} is not {option.Allowed}";
    }

    private static bool ReadsNova(RawConfiguration raw, ProgramRole role) => (role == ProgramRole.MetadataApi || (role == ProgramRole.MetadataAgent && AnswersInProcess(raw)))
        && (raw.Find("database", "connection") is { Value.Length: > 0 } || raw.Find("api_database", "connection") is { Value.Length: > 0 });

    private static bool AnswersInProcess(RawConfiguration raw) =>
        raw.Find(OptionCatalogue.MetadataApiInProcess.Section, OptionCatalogue.MetadataApiInProcess.Name) is { } entry && ValueForms.Boolean.TryParse(entry.Value, out var on) && on;

    private string Place(OptionDefinition option) => Written(option) is { } entry ? $"{entry.Origin}: " : "";

    private IniEntry? Written(OptionDefinition option)
    {
        if (raw.Find(option.Section, option.Name) is { } entry) return entry;
        foreach (var alias in option.Aliases)
            if (raw.Find(alias.Section, alias.Name) is { } older) return older;
        return null;
    }

    private string Default(OptionDefinition option) =>
        _substitution.Expand(new IniEntry(option.Section, option.Name, option.DefaultFor(role, _onNova), new Origin($"default of {option}")));
}
