using System.Text.RegularExpressions;

namespace Firstlight.Cli.Verbs;

/// <summary>The paths a person types for <c>get</c>.</summary>
internal static partial class DocumentPath
{
    /// <summary>The request target of a path.</summary>
    /// <param name="path">
    /// With <c>/</c> in front, or starting with <c>openstack</c>, <c>latest</c>, <c>1.0</c> or a date: from the root. Anything else: under <c>openstack/latest/</c>.
    /// </param>
    public static string Target(string path)
    {
        if (path.StartsWith('/')) return path;
        return Root().IsMatch(path) ? $"/{path}" : $"/openstack/latest/{path}";
    }

    [GeneratedRegex(@"\A(?:openstack|latest|1\.0|\d{4}-\d{2}-\d{2})(?:/|\z)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Root();
}
