using Firstlight.Api.Listen;
using Firstlight.Api.Tests.Support;
using Firstlight.Api.VendorData;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Tests.Support;

namespace Firstlight.Api.Tests;

/// <summary>Every recorded case, over a socket, byte for byte.</summary>
public abstract class GoldenReplayTests(ITestOutputHelper output, ApiEngine engine)
{
    public static TheoryData<string, string> Groups()
    {
        var groups = new TheoryData<string, string>();
        foreach (var profile in Directory.GetDirectories(RecordedInstances.Folder).Order(StringComparer.Ordinal))
        {
            foreach (var file in Directory.GetFiles(profile, "*.json").Order(StringComparer.Ordinal))
                groups.Add(Path.GetFileName(profile), Path.GetFileNameWithoutExtension(file));
        }

        return groups;
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Answers_as_Nova_did(string profile, string group)
    {
        await using var neutron = await StubNeutron.StartAsync(RecordedInstances.NeutronFile);
        await using var services = await VendorDataService.StartAsync();
        var client = neutron.Client();
        if (profile == "neutron-down") await neutron.Peer.DisposeAsync();

        // Nova's databases know no security groups; the database of this profile knows no other cells.
        var instances = RecordedInstances.All.Where(instance => profile != "percell" || instance.Key != "cell2").Select(instance => instance.Value with { SecurityGroups = [] });
        var source = new FixtureSource(instances);
        source.Broken.UnionWith(RecordedInstances.Unreadable);
        await using var api = await RunningApi.StartAsync(
            source,
            Options(profile, services),
            profile == "nosecret" ? "" : RunningApi.Secret,
            groups: new NeutronSecurityGroups(client),
            addresses: new NeutronAddressDirectory(client),
            engine: engine);

        var passed = 0;
        var failures = new List<string>();
        foreach (var recorded in GoldenCase.Read(profile, group))
        {
            if (recorded.Wait is { } seconds)
            {
                api.Time.Advance(TimeSpan.FromSeconds(seconds));
                continue;
            }

            var response = await recorded.SendAsync(api);
            var differences = string.Join("; ", recorded.Differences(response, profile == "uwsgi"));
            if (differences.Length == 0) passed++;
            else failures.Add($"{recorded.Id}: {differences}");
        }

        output.WriteLine($"{profile}/{group}: {passed} cases passed");
        Assert.True(failures.Count == 0, $"{failures.Count} of {passed + failures.Count} cases differ:\n{string.Join('\n', failures.Take(5))}");
        Assert.True(passed > 0, "no cases");
    }

    [Fact]
    public void All_recorded_groups_are_replayed() =>
        Assert.Equal(5322, Groups().Sum(row => GoldenCase.Read(row.Data.Item1, row.Data.Item2).Count(recorded => recorded.Wait is null)));

    private static ApiOptions Options(string profile, HttpPeer services)
    {
        var options = new ApiOptions { StrictNova = true, NewestVersion = OpenStackVersions.Zed, VendorDataFile = RecordedInstances.VendorDataFile };
        return profile switch
        {
            "bare" => options with { DhcpDomain = "", VendorDataFile = null },
            "nocache" => options with { CacheExpiration = TimeSpan.Zero },
            "nodata-providers" => options with { VendorDataProviders = ["DynamicJSON"] },
            "byaddress" => options with { ServiceMetadataProxy = false, UseForwardedFor = true },
            "vendordata" => options with
            {
                VendorDataProviders = ["StaticJSON", "DynamicJSON"],
                DynamicVendorData = new DynamicVendorDataOptions { Targets = VendorDataService.RecordedTargets(services) },
            },
            _ => options,
        };
    }
}

public sealed class KestrelGoldenReplayTests(ITestOutputHelper output) : GoldenReplayTests(output, ApiEngine.Kestrel);

public sealed class LeanGoldenReplayTests(ITestOutputHelper output) : GoldenReplayTests(output, ApiEngine.Lean);
