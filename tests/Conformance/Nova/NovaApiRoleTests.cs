using Firstlight.Api.Tests.Support;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Nova;

/// <summary>The life of a <c>metadata-api</c> process on Nova's databases.</summary>
public sealed class NovaApiRoleTests(NovaCloud cloud) : IClassFixture<NovaCloud>
{
    [Fact]
    public async Task Readiness_names_the_databases_that_are_down_and_the_process_ends_well()
    {
        cloud.Reload();
        await using var api = await NovaApiProcess.StartAsync(cloud, "default", "");
        await Eventually.TrueAsync(async () => await ReadyzAsync(api) is (200, "ready\n"), "it is ready");
        Assert.Equal(200, (await RawHttp.SendAsync(api.EndPoint, "GET", "/", [])).Status);
        Assert.Equal((200, "OK"), await RawHttp.SendAsync(api.EndPoint, "GET", "/healthcheck", []) is var health ? (health.Status, health.Text) : default);

        cloud.Databases.Stop();
        try
        {
            await Eventually.TrueAsync(
                async () => await ReadyzAsync(api) is (503, var text)
                    && Array.TrueForAll(["nova_api on 127.0.0.1", "nova on 127.0.0.1", "nova_cell0 on", "nova_cell2 on"], name => text.Contains(name, StringComparison.Ordinal)),
                "each database is named");
        }
        finally
        {
            cloud.Databases.Start();
        }

        await Eventually.TrueAsync(async () => await ReadyzAsync(api) is (200, _), "it is ready again");
        Assert.Equal(0, await api.StopAsync());
        Assert.DoesNotContain("labpass", api.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("lab-shared-secret", api.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_config_takes_every_recorded_nova_conf()
    {
        var directory = Directory.CreateTempSubdirectory("firstlight-check-").FullName;
        try
        {
            foreach (var recorded in Directory.GetFiles(NovaCloud.Golden, "nova.conf.txt", SearchOption.AllDirectories))
            {
                var profile = Path.GetFileName(Path.GetDirectoryName(recorded)!);
                var file = Path.Combine(directory, profile + ".conf");
                await File.WriteAllTextAsync(file, cloud.Configuration(profile, 8790, directory));
                var ended = await Run.FirstlightAsync("metadata-api", "--check-config", "--config-file", file);

                // Nova starts without a secret, and believes everybody.
                Assert.Equal(profile == "nosecret" ? 78 : 0, ended.ExitCode);
                Assert.Contains(profile == "nosecret" ? "metadata_proxy_shared_secret: must not be empty" : "differs from Nova: ", ended.Output + ended.Error, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<(int Status, string Text)> ReadyzAsync(NovaApiProcess api)
    {
        using var client = new HttpClient();
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{api.Management}/readyz"));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            // The API listens first.
            return (0, "");
        }
    }
}
