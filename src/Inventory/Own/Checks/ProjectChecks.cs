using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class ProjectChecks
{
    public static void Run(Report report)
    {
        var projects = report.Concerned.Projects;
        foreach (var (key, project) in projects)
        {
            report.CheckName(ResourceKind.Project, key, project.Name);
            if (key != project.Id) report.Add(ResourceKind.Project, key, project.Name, "id", $"is {project.Id} but filed under {key}");
            else if (!Guid.TryParseExact(key, "N", out _) && !Guid.TryParseExact(key, "D", out _))
                report.Add(ResourceKind.Project, key, project.Name, "id", $"{key} is not a UUID (32 hex digits, or with hyphens)");
        }
        report.CheckUnique(ResourceKind.Project, projects.Values, p => ("", p.Name), p => p.Id, "inventory");
    }
}
