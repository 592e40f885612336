using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Which stored thing a spec speaks of: the one with its id, else the one of its name; else a new one.</summary>
internal static class Identity
{
    /// <summary>The id the thing has or will have; null when the spec contradicts what is stored, which is reported then.</summary>
    public static string? Of(Draft draft, Spec spec, ResourceKind kind, string name, string? wantedId, string scope)
    {
        var named = name.Length > 0 ? draft.Names.InScope(kind, name, scope) : null;
        if (wantedId is null) return named ?? Guid.NewGuid().ToString("D");
        if (!Guid.TryParse(wantedId, out var uuid))
        {
            draft.Fail(spec, kind, name, "id", $"'{wantedId}' is not a UUID");
            return null;
        }
        var id = uuid.ToString("D");
        if (named is null || named == id) return id;
        draft.Fail(spec, kind, name, "id", $"is {named} and cannot become {id}");
        return null;
    }

    /// <summary>What a list of a spec means for a stored thing: an empty one that was not written down leaves the stored one alone.</summary>
    public static ImmutableArray<T> Keep<T>(Spec spec, string field, ImmutableArray<T> wanted, ImmutableArray<T>? stored) =>
        wanted.IsDefaultOrEmpty && stored is { } kept && !IsWritten(spec, field) ? kept : wanted.IsDefault ? [] : wanted;

    /// <summary>Whether the cloud file has the field, be it empty.</summary>
    public static bool IsWritten(Spec spec, string field) => spec.Source?.Fields.ContainsKey(field) == true;
}
