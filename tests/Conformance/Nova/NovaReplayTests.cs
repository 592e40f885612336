using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Nova;

/// <summary>A <c>metadata-api</c> process on Nova's databases, with the nova.conf that Nova had, against what Nova answered: every recorded case, byte for byte.</summary>
public sealed class NovaReplayTests(NovaCloud cloud, ITestOutputHelper output) : IClassFixture<NovaCloud>
{
    private const string Strict = "strict_nova = true\nnewest_version = 2020-10-14";

    public static TheoryData<string> Profiles =>
        ["default", "bare", "nocache", "nosecret", "percell", "nodata-providers", "vendordata", "neutron-down", "byaddress", "uwsgi"];

    [Fact]
    public void Every_recorded_profile_and_case_is_replayed()
    {
        Assert.Equal(Directory.GetFiles(NovaCloud.Golden, "nova.conf.txt", SearchOption.AllDirectories).Length, Profiles.Count);
        Assert.Equal(5322, Profiles.Sum(profile => Groups(profile.Data).Sum(group => group.Cases.Count(recorded => recorded.Wait is null))));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Answers_as_Nova_did(string profile)
    {
        var failures = new List<string>();
        var all = 0;

        // What writes gets rows and a process of its own, so that nothing it leaves behind is seen by others.
        var groups = Groups(profile).ToList();
        var sessions = groups.Where(group => !group.Writes).Chunk(int.MaxValue).Concat(groups.Where(group => group.Writes).Select(group => new[] { group }));
        foreach (var session in sessions)
        {
            cloud.Reload();
            await using var api = await NovaApiProcess.StartAsync(cloud, profile, Strict);
            foreach (var recorded in session.SelectMany(group => group.Cases))
            {
                if (recorded.Wait is { } seconds)
                {
                    // The cache of another process lives by the clock of the machine.
                    await Task.Delay(TimeSpan.FromSeconds(seconds));
                    continue;
                }

                all++;
                if (await DifferenceAsync(recorded, api, profile == "uwsgi") is { } difference) failures.Add($"{recorded.Id}: {difference}");
            }

            if (failures.Count > 0) output.WriteLine(api.Log);
        }

        cloud.Count(all - failures.Count, all);
        output.WriteLine($"{profile}: {all - failures.Count} of {all} equal");
        Assert.True(failures.Count == 0, $"{failures.Count} of {all} cases differ:\n{string.Join('\n', failures.Take(5))}");
        Assert.True(all > 0, "no cases");
    }

    private static async Task<string?> DifferenceAsync(GoldenCase recorded, NovaApiProcess api, bool underUwsgi)
    {
        var response = await recorded.SendAsync(api.EndPoint);
        var differences = string.Join("; ", recorded.Differences(response, underUwsgi));
        return differences.Length == 0 ? null : differences;
    }

    private static IEnumerable<Group> Groups(string profile) => Directory.GetFiles(Path.Combine(NovaCloud.Golden, profile), "*.json")
        .Order(StringComparer.Ordinal)
        .Select(file => new Group([.. GoldenCase.ReadFile(file)]));

    private sealed record Group(IReadOnlyList<GoldenCase> Cases)
    {
        public bool Writes { get; } = Cases.Any(recorded => recorded.Json.TryGetProperty("mutates", out var mutates) && mutates.GetBoolean());
    }
}
