using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Tests;

/// <summary>Where Nova crashes or fails as a whole, a guest gets a correct answer unless strict_nova is set.</summary>
public sealed class NonStrictTests
{
    private static readonly Instance Plain = RecordedInstances.All["plain"];

    [Theory]
    [InlineData("/latest/meta-data/hostname/x", 404)]
    [InlineData("/latest/user-data/x", 404)]
    [InlineData("/openstack/latest/content", 404)]
    [InlineData("/openstack/%ff", 400)]
    public async Task A_path_on_which_Nova_crashes_is_refused(string target, int status)
    {
        await using var api = await StartAsync(new ApiOptions());
        var response = await api.SendAsync(Plain, target);
        Assert.Equal(status, response.Status);
        Assert.Equal("text/html; charset=UTF-8", response["Content-Type"]);

        await using var strict = await StartAsync(new ApiOptions { StrictNova = true });
        var crash = await strict.SendAsync(Plain, target);
        Assert.Equal((500, "text/plain", "0", "close"), (crash.Status, crash["Content-Type"], crash["Content-Length"], crash["Connection"]));
    }

    [Fact]
    public async Task A_bad_vendor_file_spoils_its_own_documents_only()
    {
        var file = Path.Combine(Path.GetTempPath(), $"vendor-{Guid.NewGuid():n}.json");
        await File.WriteAllTextAsync(file, "{\"a\": ");
        try
        {
            await using var api = await StartAsync(new ApiOptions { VendorDataFile = file });
            Assert.Equal(500, (await api.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Status);
            Assert.Equal(500, (await api.SendAsync(Plain, "/openstack/latest/vendor_data2.json")).Status);
            Assert.Equal(200, (await api.SendAsync(Plain, "/openstack/latest/meta_data.json")).Status);
            Assert.Equal(200, (await api.SendAsync(Plain, "/latest/meta-data/hostname")).Status);

            await using var strict = await StartAsync(new ApiOptions { VendorDataFile = file, StrictNova = true });
            Assert.Equal(500, (await strict.SendAsync(Plain, "/latest/meta-data/hostname")).Status);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_vendor_file_that_changed_is_told_by_snapshots_that_are_built_a_second_later()
    {
        var file = Path.Combine(Path.GetTempPath(), $"vendor-{Guid.NewGuid():n}.json");
        await File.WriteAllTextAsync(file, "{\"a\": 1}");
        try
        {
            await using var api = await StartAsync(new ApiOptions { VendorDataFile = file, CacheExpiration = TimeSpan.Zero });
            Assert.Equal("{\"a\": 1}", (await api.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Text);

            await File.WriteAllTextAsync(file, "{\"a\": 2}");
            api.Time.Advance(TimeSpan.FromSeconds(1));

            Assert.Equal("{\"a\": 2}", (await api.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Text);
            File.Delete(file);
            api.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(500, (await api.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Status);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_missing_vendor_file_spoils_its_own_documents_only()
    {
        await using var api = await StartAsync(new ApiOptions { VendorDataFile = "/nonexistent/vendor.json" });
        Assert.Equal(500, (await api.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Status);
        Assert.Equal(200, (await api.SendAsync(Plain, "/openstack")).Status);
    }

    [Fact]
    public async Task A_bad_route_spoils_network_data_only()
    {
        var vif = Plain.NetworkInfo[0];
        var subnet = vif.Network!.Subnets[0] with { DhcpServer = null, Routes = [new VifRoute("no prefix", "10.0.0.1")] };
        var broken = Plain with { NetworkInfo = [vif with { Network = vif.Network with { Subnets = [subnet] } }] };
        await using var api = await RunningApi.StartAsync(new FixtureSource([broken]), new ApiOptions());
        Assert.Equal(500, (await api.SendAsync(broken, "/openstack/latest/network_data.json")).Status);
        Assert.Equal(200, (await api.SendAsync(broken, "/openstack/latest/meta_data.json")).Status);
    }

    [Fact]
    public async Task An_instance_without_host_name_or_flavor_is_told_the_rest()
    {
        var bare = RecordedInstances.All["noextra"] with { Hostname = null };
        await using var api = await RunningApi.StartAsync(new FixtureSource([bare]), new ApiOptions());
        Assert.Contains("\"hostname\": null", (await api.SendAsync(bare, "/openstack/latest/meta_data.json")).Text, StringComparison.Ordinal);
        Assert.Equal("None", (await api.SendAsync(bare, "/latest/meta-data/hostname")).Text);
        Assert.Equal("None", (await api.SendAsync(bare, "/latest/meta-data/instance-type")).Text);
    }

    [Fact]
    public async Task Nothing_that_is_listed_is_missing()
    {
        await using var api = await RunningApi.StartAsync(
            new FixtureSource(RecordedInstances.All.Values), new ApiOptions { VendorDataProviders = ["DynamicJSON"] });
        foreach (var instance in (Instance[])[Plain, RecordedInstances.All["nodata"], RecordedInstances.All["blockdev"]])
        {
            foreach (var root in (string[])["/openstack", "/latest"]) await CrawlAsync(api, instance, root);
        }
    }

    [Fact]
    public async Task The_newest_version_is_that_of_today_by_default()
    {
        await using var api = await StartAsync(new ApiOptions());
        Assert.EndsWith("2020-10-14\n2025-04-04\nlatest", (await api.SendAsync(Plain, "/openstack")).Text, StringComparison.Ordinal);
        Assert.Equal(200, (await api.SendAsync(Plain, "/openstack/2025-04-04/meta_data.json")).Status);
    }

    [Fact]
    public async Task An_unreachable_store_is_503_and_says_when_to_come_back()
    {
        await using var api = await StartAsync(new ApiOptions());
        api.Source.Unreachable = true;
        var response = await api.SendAsync(Plain, "/openstack");
        Assert.Equal((503, "1"), (response.Status, response["Retry-After"]));
    }

    [Fact]
    public async Task A_broken_row_is_500_for_that_instance_alone()
    {
        await using var api = await StartAsync(new ApiOptions());
        api.Source.Broken.Add(Plain.Id.Value);
        Assert.Equal(500, (await api.SendAsync(Plain, "/openstack")).Status);
        Assert.Equal(200, (await api.SendAsync(RecordedInstances.All["nodata"], "/openstack")).Status);
    }

    [Fact]
    public async Task A_refused_OPTIONS_is_an_empty_200()
    {
        await using var api = await StartAsync(new ApiOptions());
        var response = await api.SendAsync(Plain, "/latest/meta-data/hostname/x", "OPTIONS");
        Assert.Equal((200, null, "0"), (response.Status, response["Content-Type"], response["Content-Length"]));
    }

    private static Task<RunningApi> StartAsync(ApiOptions options) =>
        RunningApi.StartAsync(new FixtureSource(RecordedInstances.All.Values), options);

    private static async Task CrawlAsync(RunningApi api, Instance instance, string path)
    {
        var response = await api.SendAsync(instance, path);
        Assert.True(response.Status == 200, $"{path} is listed but answers {response.Status}");
        var isVersion = path.StartsWith("/openstack/", StringComparison.Ordinal) && path.Count(c => c == '/') == 2;
        var isDirectory = path is "/openstack" or "/latest" || path.EndsWith('/') || isVersion;
        if (!isDirectory) return;

        foreach (var item in response.Text.Split('\n'))
        {
            // A display name (0=key) stands for the directory before the equals sign.
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            await CrawlAsync(api, instance, $"{path.TrimEnd('/')}/{(equals < 0 ? item : item[..equals] + '/')}");
        }
    }
}
