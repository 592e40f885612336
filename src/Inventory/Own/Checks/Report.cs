using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

/// <summary>Collects broken rules, and words what several checks share.</summary>
/// <param name="before">The cloud before the change.</param>
/// <param name="after">The cloud that is checked.</param>
/// <param name="concerned">Things of it that are looked at.</param>
internal sealed class Report(Cloud before, Cloud after, Cloud concerned)
{
    public const int LongestName = 255;
    private readonly List<Finding> _findings = [];

    /// <summary>The cloud before the change.</summary>
    public Cloud Before => before;

    /// <summary>The cloud that is checked: what references lead to.</summary>
    public Cloud After => after;

    /// <summary>Its things that are looked at, each as in <see cref="After"/>: all of them, or those that a change can have made break a rule (<see cref="Affected"/>).</summary>
    public Cloud Concerned => concerned;

    /// <summary>All findings in a fixed order.</summary>
    public ImmutableArray<Finding> Findings() =>
    [
        .. _findings.OrderBy(f => f.Kind).ThenBy(f => f.Violation.Subject, StringComparer.Ordinal)
            .ThenBy(f => f.Violation.Field, StringComparer.Ordinal).ThenBy(f => f.Violation.Rule, StringComparer.Ordinal),
    ];

    public void Add(ResourceKind kind, string id, string name, string field, string rule) =>
        _findings.Add(new Finding(kind, id, new RuleViolation(Subjects.Of(kind, name), field, rule)));

    /// <summary>A name of letters a person can see; what is required is not empty.</summary>
    public void CheckName(ResourceKind kind, string id, string name, bool required = true)
    {
        if (name.Length == 0 && required) Add(kind, id, id, "name", "is empty");
        CheckText(kind, id, name, "name", name, 0, LongestName);
    }

    /// <summary>A text within bounds and without control characters.</summary>
    public void CheckText(ResourceKind kind, string id, string name, string field, string text, int shortest, int longest)
    {
        if (text.Length < shortest) Add(kind, id, name, field, "is empty");
        if (text.Length > longest) Add(kind, id, name, field, $"has {text.Length} characters, at most {longest} are allowed");
        if (text.Any(char.IsControl)) Add(kind, id, name, field, "has control characters");
    }

    /// <summary>The id is a UUID in lower case with hyphens, and the one it is filed under.</summary>
    public void CheckId(ResourceKind kind, string key, string id, string name)
    {
        if (key != id) Add(kind, key, name, "id", $"is {id} but filed under {key}");
        else if (!Guid.TryParseExact(id, "D", out _) || id.Any(char.IsAsciiLetterUpper)) Add(kind, id, name, "id", $"{id} is not a UUID in lower case with hyphens");
    }

    /// <summary>What is referred to exists; if it existed before, it is being deleted while in use.</summary>
    public bool CheckReference(ResourceKind kind, string id, string name, string field, ResourceKind target, string targetId)
    {
        if (Exists(after, target, targetId)) return true;
        if (NameIn(before, target, targetId) is { } gone) Add(target, targetId, gone, "delete", $"is in use by {Subjects.Of(kind, name)}");
        else Add(kind, id, name, field, $"there is no {Subjects.Of(target, targetId)}");
        return false;
    }

    /// <summary>Names are unique within a scope.</summary>
    public void CheckUnique<T>(ResourceKind kind, IEnumerable<T> things, Func<T, (string Scope, string Name)> scopedName, Func<T, string> id, string scope)
    {
        var seen = new Dictionary<(string, string), T>();
        foreach (var thing in things)
        {
            var key = scopedName(thing);
            if (key.Name.Length > 0 && !seen.TryAdd(key, thing)) Add(kind, id(thing), key.Name, "name", $"there is another {Subjects.Of(kind, key.Name)} in the same {scope}");
        }
    }

    private static bool Exists(Cloud cloud, ResourceKind kind, string id) => NameIn(cloud, kind, id) is not null;

    private static string? NameIn(Cloud cloud, ResourceKind kind, string id) => kind switch
    {
        ResourceKind.Project => cloud.Projects.GetValueOrDefault(id)?.Name,
        ResourceKind.Network => cloud.Networks.GetValueOrDefault(id)?.Name,
        ResourceKind.Subnet => cloud.Subnets.GetValueOrDefault(id)?.Name,
        ResourceKind.Router => cloud.Routers.GetValueOrDefault(id)?.Name,
        ResourceKind.Server => cloud.Servers.GetValueOrDefault(id)?.Name,
        ResourceKind.FloatingIp => cloud.FloatingIps.GetValueOrDefault(id)?.Address.ToString(),
        ResourceKind.Port => cloud.Ports.GetValueOrDefault(id)?.Name,
        _ => null,
    };
}
