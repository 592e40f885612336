using System.Diagnostics;
using System.Globalization;
using System.Net;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>A <c>metadata-api</c> process while databases of Nova die and hang.</summary>
public sealed class DatabaseOutageTests
{
    private const string Path = "/openstack/latest/meta_data.json";
    private const string First = "e43099e8-148b-52fe-87c3-280fa99d9a7f";
    private const string Second = "6f3fe783-1f62-568d-96e2-819302766141";
    private const int Rounds = 7;
    private const int RequestsPerRound = 150;

    [Fact]
    public async Task A_served_guest_stays_served_while_the_database_is_dead_and_a_new_one_is_told_to_come_back()
    {
        await using var cloud = await TwoCellCloud.StartAsync(cacheSeconds: 1);
        var management = TwoCellCloud.FreeEndPoint();
        await using var api = await MetadataService.StartOursAsync(cloud, Settings(management));
        var (served, stranger) = (Instance(cloud, First), Instance(cloud, Second));
        var before = Facts((await api.GetAsync(served, Path)).Text);
        Assert.Equal(0, await ServedStaleAsync(management));

        cloud.Main.Stop(kill: true);
        await Eventually.TrueAsync(
            async () =>
            {
                // It polls all the while: every answer counts, those in which the outage is noticed above all.
                var answer = await api.GetAsync(served, Path);
                Assert.Equal(200, answer.Status);
                Assert.Equal(before, Facts(answer.Text));
                return await ServedStaleAsync(management) > 0;
            },
            "the metrics count stale answers");
        var refused = await api.GetAsync(stranger, Path);
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused["Retry-After"]);

        cloud.Main.Start();
        cloud.Main.Execute($"UPDATE nova.instances SET display_name = 'renamed' WHERE uuid = '{First}'");
        await Eventually.TrueAsync(async () => (await api.GetAsync(stranger, Path)).Status == 200, "the new guest is served");
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await api.GetAsync(served, Path);
                Assert.Equal(200, answer.Status);
                return answer.Text.Contains("\"renamed\"", StringComparison.Ordinal);
            },
            "the first guest is told what is new");
    }

    [Fact]
    public async Task A_cell_that_hangs_does_not_slow_the_guests_of_another()
    {
        await using var cloud = await TwoCellCloud.StartAsync(cacheSeconds: 0);
        await using var api = await MetadataService.StartOursAsync(cloud, Settings(TwoCellCloud.FreeEndPoint()));
        var (neighbour, stuck) = (Instance(cloud, First), cloud.Instances().First(i => i.Cell == "cell2"));
        Assert.Equal(200, (await api.GetAsync(stuck, Path)).Status);
        await P99Async(api, neighbour);

        var before = await MedianP99Async(api, neighbour);
        cloud.Cell2.Suspend();
        double during;
        using (var stop = new CancellationTokenSource())
        {
            var waiting = Enumerable.Range(0, 4).Select(_ => AskUntilAsync(api, stuck, stop.Token)).ToArray();
            during = await MedianP99Async(api, neighbour);
            await stop.CancelAsync();
            cloud.Cell2.Resume();
            var statuses = (await Task.WhenAll(waiting)).SelectMany(s => s).Distinct().ToList();
            Assert.DoesNotContain(404, statuses);
        }

        Assert.True(during < 2 * before, string.Create(CultureInfo.InvariantCulture, $"p99 {during:F2} ms while cell2 hangs, {before:F2} ms before"));
        await Eventually.TrueAsync(async () => (await api.GetAsync(stuck, Path)).Status == 200, "cell2 serves again");
    }

    private static string Settings(IPEndPoint management) => $"""
        [firstlight]
        management_listen = {management}
        """;

    private static SeededInstance Instance(TwoCellCloud cloud, string id) => cloud.Instances().Single(i => i.Id == id);

    // All but the random seed.
    private static string Facts(string document) => document[..document.IndexOf("\"random_seed\"", StringComparison.Ordinal)];

    private static async Task<List<int>> AskUntilAsync(MetadataService api, SeededInstance instance, CancellationToken stop)
    {
        var statuses = new List<int>();
        while (!stop.IsCancellationRequested) statuses.Add((await api.GetAsync(instance, Path)).Status);
        return statuses;
    }

    private static async Task<double> MedianP99Async(MetadataService api, SeededInstance instance)
    {
        var rounds = new List<double>();
        for (var i = 0; i < Rounds; i++) rounds.Add(await P99Async(api, instance));
        return rounds.Order().ElementAt(Rounds / 2);
    }

    private static async Task<double> P99Async(MetadataService api, SeededInstance instance)
    {
        var times = new List<double>();
        for (var i = 0; i < RequestsPerRound; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Assert.Equal(200, (await api.GetAsync(instance, Path)).Status);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return times.Order().ElementAt(RequestsPerRound * 99 / 100);
    }

    private static async Task<double> ServedStaleAsync(IPEndPoint management)
    {
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri($"http://{management}/metrics"));
        return metrics.Split('\n')
            .Where(l => l.StartsWith("firstlight_api_snapshot_stale", StringComparison.Ordinal))
            .Sum(l => double.Parse(l.Split(' ')[^1], CultureInfo.InvariantCulture));
    }
}
