using System.Globalization;
using System.Text.RegularExpressions;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Logging;

public sealed partial class EventIdTests
{
    // The health of the management address and the state of a role were both 6101.
    [Fact]
    public void No_event_id_is_used_twice_and_each_is_of_its_projects_thousand()
    {
        var thousands = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["Metadata"] = 1,
            ["Inventory"] = 2,
            ["Api"] = 3,
            ["Agent"] = 4,
            ["Plumbing"] = 5,
            ["Firstlight"] = 6,
        };
        var source = Path.Combine(Repository.Root, "src");
        var ids = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => EventId().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetRelativePath(source, file), Id: int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture))))
            .ToList();

        Assert.True(ids.Count > 100, $"only {ids.Count} were found");
        Assert.Empty(ids.GroupBy(id => id.Id).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(id => id.File))}"));
        Assert.Empty(ids.Where(id => id.Id / 1000 != thousands[id.File.Split(Path.DirectorySeparatorChar)[0]]).Select(id => $"{id.Id} in {id.File}"));
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?<id>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventId();
}
