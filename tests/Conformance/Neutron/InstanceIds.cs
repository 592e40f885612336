using System.Text.Json;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Names of the recorded instances.</summary>
internal static class InstanceIds
{
    private static readonly Dictionary<string, (string Id, string Project)> Known = JsonElement.Parse(File.ReadAllText(Path.Combine(Lab.Golden, "neutron", "seed.json")))
        .GetProperty("instances").EnumerateArray()
        .ToDictionary(i => i.GetProperty("name").GetString()!, i => (i.GetProperty("uuid").GetString()!, i.GetProperty("project_id").GetString()!), StringComparer.Ordinal);

    public static string Of(string name) => Known[name].Id;

    public static string ProjectOf(string name) => Known[name].Project;
}
