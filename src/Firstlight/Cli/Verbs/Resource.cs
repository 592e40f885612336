using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>One kind of thing in the inventory as verbs see it: what it is called, how all of them are shown.</summary>
/// <param name="Noun">The word for it, which is its verb: <c>network</c>.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Columns">JSON fields a list shows as a table.</param>
/// <param name="Views">All of them in a cloud as (id, project or null, view as JSON), sorted.</param>
internal sealed record Resource(string Noun, ResourceKind Kind, IReadOnlyList<string> Columns, Func<Cloud, IEnumerable<ResourceRow>> Views)
{
    /// <summary>All of them, or those of a project.</summary>
    public IEnumerable<ResourceRow> List(Cloud cloud, string? project)
    {
        var owner = project is null ? null : Planner.Resolve(cloud, ResourceKind.Project, project, null);
        return Views(cloud).Where(r => owner is null || r.ProjectId is null || r.ProjectId == owner);
    }

    /// <summary>The one with a name or id.</summary>
    /// <exception cref="Firstlight.Inventory.InventoryRuleException">Unknown or ambiguous.</exception>
    public ResourceRow Find(Cloud cloud, string nameOrId, string? project)
    {
        var id = Planner.Resolve(cloud, Kind, nameOrId, project);
        return List(cloud, project).First(r => r.Id == id);
    }

    /// <summary>Makes the rows of a kind.</summary>
    public static IEnumerable<ResourceRow> Rows<TRecord, TView>(
        IEnumerable<TRecord> records, Func<TRecord, string> id, Func<TRecord, string?> project, Func<TRecord, TView> view, Func<TRecord, string> name, JsonTypeInfo<TView> json) =>
        records.OrderBy(name, StringComparer.Ordinal).ThenBy(id, StringComparer.Ordinal)
            .Select(r => new ResourceRow(id(r), project(r), JsonSerializer.SerializeToElement(view(r), json)));
}

/// <summary>One thing as it is shown.</summary>
/// <param name="Id">Id; a key pair's is its name.</param>
/// <param name="ProjectId">Owner, or null for what no project owns by itself.</param>
/// <param name="Json">All of its fields.</param>
internal readonly record struct ResourceRow(string Id, string? ProjectId, JsonElement Json);
