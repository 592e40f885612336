using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>project</c>.</summary>
internal static class ProjectVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("project", "Projects (tenants).", "firstlight project list", "firstlight project create red")
    {
        ResourceVerbs.List(globals, Resources.Project),
        ResourceVerbs.Show(globals, Resources.Project, "red"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Project, "red"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("project");
        var id = Options.Id();
        return new Verb("create", "Create a project; projects named elsewhere come into being by themselves.", "firstlight project create red") { name, id }
            .Creates(globals, Resources.Project, parse => new CloudSpec
            {
                Projects = [new ProjectSpec { Name = parse.GetRequiredValue(name), Id = parse.GetValue(id) }],
            });
    }
}
