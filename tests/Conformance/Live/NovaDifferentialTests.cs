using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>The real nova-api-metadata and ours on the same databases, asked the same.</summary>
public sealed class NovaDifferentialTests
{
    // Several instances at a time, so that Nova's one worker is busy while we compare.
    private const int AtATime = 3;
    private const int DifferencesShown = 25;

    [Fact]
    public async Task Every_path_of_every_instance_is_answered_as_Nova_answers_it()
    {
        await using var cloud = await NovaCloud.StartAsync();
        await using var nova = await MetadataService.StartNovaAsync(cloud);
        await using var ours = await MetadataService.StartOursAsync(cloud, """
            [firstlight]
            strict_nova = true
            newest_version = 2020-10-14
            management_listen =
            """);
        var results = new ConcurrentBag<CrawlResult>();
        await Parallel.ForEachAsync(
            cloud.Instances().Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => results.Add(await new Crawl(nova.EndPoint, ours.EndPoint, i.Item, oursFirst: i.Index % 2 == 1).RunAsync()));

        var table = Table([.. results.OrderBy(r => r.Instance.Cell, StringComparer.Ordinal).ThenBy(r => r.Instance.Name, StringComparer.Ordinal)]);
        await Console.Out.WriteLineAsync(table);
        var served = results.Where(r => r.Served > 0).ToList();
        Assert.True(served.Count >= 20, $"only {served.Count} instances are served");
        Assert.Contains(served, r => r.Instance.Cell == "cell2");
        var differences = results.SelectMany(r => r.Differences).Order(StringComparer.Ordinal).ToList();
        Assert.True(
            differences.Count == 0,
            $"{differences.Count} of {results.Sum(r => r.Asked)} answers differ:\n{string.Join('\n', differences.Take(DifferencesShown))}\n{table}");
    }

    private static string Table(IReadOnlyList<CrawlResult> results)
    {
        var text = new StringBuilder();
        Line("instance", "cell", "paths", "served", "compared", "differing");
        foreach (var r in results) Line(r.Instance.ToString(), r.Instance.Cell, N(r.Paths), N(r.Served), N(r.Asked), N(r.Differences.Count));
        var cells = results.Where(r => r.Served > 0).Select(r => r.Instance.Cell).Distinct(StringComparer.Ordinal).Count();
        Line($"{results.Count} instances", $"{cells} cells", N(results.Sum(r => r.Paths)), N(results.Sum(r => r.Served)), N(results.Sum(r => r.Asked)), N(results.Sum(r => r.Differences.Count)));
        return text.ToString();

        void Line(string instance, string cell, string paths, string served, string asked, string differing) =>
            text.Append(CultureInfo.InvariantCulture, $"{instance,-34} {cell,-8} {paths,8} {served,8} {asked,9} {differing,9}\n");

        static string N(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
