using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>What is to be said of the options that were written, whatever their values.</summary>
/// <param name="Errors">Options that cannot be meant: unknown ones of ours, and slips of the pen.</param>
/// <param name="Warnings">Options we know and do not honour, and older names.</param>
/// <param name="Ignored">Options that are nobody's on this path: the rest of a nova.conf or neutron.conf.</param>
internal sealed record OptionFindings(ImmutableArray<string> Errors, ImmutableArray<string> Warnings, ImmutableArray<string> Ignored)
{
    /// <summary>Judges every assignment.</summary>
    /// <param name="raw">What was written.</param>
    /// <param name="role">What it is read as: of options that other roles would not honour nothing is said.</param>
    public static OptionFindings Of(RawConfiguration raw, ProgramRole role)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        var ignored = ImmutableArray.CreateBuilder<string>();

        // One word for each option: the last assignment is the one that counts.
        foreach (var assignments in raw.Written.Concat(raw.OwnVariables()).GroupBy(e => new OptionName(e.Section, e.Name)))
        {
            var entry = assignments.Last();
            var place = $"{entry.Origin}: [{entry.Section}] {entry.Name}";
            if (OptionCatalogue.ByName.TryGetValue(assignments.Key, out var option))
            {
                if (option.Status == OptionStatus.NotHonoured && Concerns(option, role) && !IsOff(option, entry)) warnings.Add($"{place} is known and not honoured: {option.Meaning}");
            }
            else if (OptionCatalogue.ByAlias.TryGetValue(assignments.Key, out var newer))
            {
                warnings.Add($"{place} is an older name; write {newer}");
            }
            else if (entry.Section.StartsWith(OptionCatalogue.OwnSection, StringComparison.Ordinal))
            {
                errors.Add($"{place} is no option of ours{Hint(entry, OptionCatalogue.All.Where(o => o.Owner == OptionOwner.Firstlight))}");
            }
            else if (NearestHonoured(entry) is { } meant)
            {
                errors.Add($"{place} is unknown; did you mean {meant.Name}?");
            }
            else
            {
                ignored.Add(place);
            }
        }

        return new OptionFindings(errors.ToImmutable(), warnings.ToImmutable(), ignored.ToImmutable());
    }

    private static bool Concerns(OptionDefinition option, ProgramRole role) => role == ProgramRole.Commands || (option.Roles & role) != ProgramRole.None;

    // Something we do not do, told not to be done, needs no word.
    private static bool IsOff(OptionDefinition option, IniEntry entry) =>
        option.DefaultText == "false" && ValueForms.Boolean.TryParse(entry.Value, out var on) && !on;

    private static string Hint(IniEntry entry, IEnumerable<OptionDefinition> candidates)
    {
        var options = candidates.ToList();
        if (options.Find(o => o.Name == entry.Name) is { } elsewhere) return $"; it belongs in [{elsewhere.Section}]";
        if (OptionCatalogue.All.FirstOrDefault(o => o.Name == entry.Name) is { } theirs) return $"; it belongs in [{theirs.Section}]";
        return Nearest.Find(entry.Name, options.Select(o => o.Name)) is { } name ? $"; did you mean {name}?" : "";
    }

    // Other programs' files are full of options that are not ours, so only a name next to one we honour is taken for a slip,
    // and not where it is a known name of its own, such as metadata_host (old Nova) beside metadata_port (Neutron).
    private static OptionDefinition? NearestHonoured(IniEntry entry)
    {
        if (NeighboursOfTheirOwn.Contains(entry.Name)) return null;
        var limit = entry.Name.Length >= 8 ? 2 : entry.Name.Length >= 5 ? 1 : 0;
        return OptionCatalogue.All
            .Where(o => o.Section == entry.Section && o.Status == OptionStatus.Honoured && Nearest.Distance(entry.Name, o.Name) <= limit)
            .MinBy(o => Nearest.Distance(entry.Name, o.Name));
    }

    private static readonly ImmutableHashSet<string> NeighboursOfTheirOwn = ["metadata_host", "my_ip", "hosts", "auth_uri"];
}
