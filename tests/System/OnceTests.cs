using System.Text.Json;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary><c>--once</c> and <c>--once --dry-run</c> of the built program, on networks of the test's own.</summary>
public sealed class OnceTests : IAsyncLifetime
{
    private readonly ApiState _state = new();

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(_state.Directory, "cloud.yaml");
        await File.WriteAllTextAsync(file, """
            projects: [{name: solo}]
            networks:
              - name: pond
                project: solo
                subnets: [{name: pond-v4, cidr: 10.7.0.0/24, gateway: 10.7.0.1}]
              - name: mere
                project: solo
                subnets: [{name: mere-v4, cidr: 10.8.0.0/24, gateway: none}]
            routers: [{name: weir, project: solo, interfaces: [pond-v4]}]
            """);
        await GoodAsync("apply", file);
    }

    public async ValueTask DisposeAsync()
    {
        await Run.FirstlightAsync("host-agent", "--down", "--config-file", _state.ConfigFile);
        _state.Dispose();
    }

    [Fact]
    public async Task A_host_is_brought_to_what_the_inventory_says_and_a_dry_run_says_before_and_after_what_is_to_do()
    {
        var before = await PlanAsync(expectedCode: 3);
        Assert.Equal((3, 0), (Number(before, "made"), Number(before, "adopted")));
        Assert.Equal(["make mere", "make pond", "make weir"], Units(before).Where(u => u.Kind is not "ports").Select(u => $"{u.Action} {u.Name}").Order(StringComparer.Ordinal));
        Assert.All(Units(before), u => Assert.False(File.Exists($"/run/netns/qdhcp-{u.Id}") || File.Exists($"/run/netns/qrouter-{u.Id}"), u.Id));

        var made = await GoodAsync("host-agent", "--once");
        Assert.Contains("2 networks, 1 routers: ", made.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 failed", made.Output, StringComparison.Ordinal);

        var after = await PlanAsync(expectedCode: 0);
        Assert.Equal((0, 0, 0, 4), (Number(after, "made"), Number(after, "changed"), Number(after, "removed"), Number(after, "adopted")));
        Assert.Contains(" 0 changed, 4 as they were, 0 failed", (await GoodAsync("host-agent", "--once")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_someone_broke_and_what_the_inventory_lost_is_planned_line_by_line()
    {
        await GoodAsync("host-agent", "--once");
        var pond = Units(await PlanAsync(expectedCode: 0)).Single(u => u.Name is "pond").Id;
        Assert.Equal(0, (await Run.ProgramAsync("ip", "-n", $"qdhcp-{pond}", "link", "set", "lo", "down")).ExitCode);
        await GoodAsync("network", "delete", "mere");

        var plan = await Run.FirstlightAsync("host-agent", "--once", "--dry-run", "--config-file", _state.ConfigFile);

        Assert.Equal(3, plan.ExitCode);
        Assert.Contains($"change network pond ({pond})\n    qdhcp-{pond}: link set dev lo up\n", plan.Output, StringComparison.Ordinal);
        Assert.Contains("\nremove network ", plan.Output, StringComparison.Ordinal);
        Assert.EndsWith($"would be: 0 made, 2 changed, 1 removed, 1 adopted as they are (revision {Revision(plan.Output)})\n", plan.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_failed_is_named_and_the_rest_stands()
    {
        await GoodAsync("network", "create", "outside", "--project", "solo", "--external", "--uplink", "nosuch0");

        var planned = await PlanAsync(expectedCode: 69);
        Assert.Contains("its uplink nosuch0 is not there", Units(planned).Single(u => u.Name is "outside").Problem, StringComparison.Ordinal);
        var once = await Run.FirstlightAsync("host-agent", "--once", "--config-file", _state.ConfigFile);

        Assert.Equal(69, once.ExitCode);
        Assert.Contains("its uplink nosuch0 is not there", once.Error.Split('\n').Single(l => l.StartsWith("firstlight: network:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains(" 1 failed", once.Output, StringComparison.Ordinal);
        Assert.Equal("in order", Units(await PlanAsync(expectedCode: 69)).Where(u => u.Name is "pond" or "mere" or "weir").All(u => u.Action is "adopt") ? "in order" : "not in order");
    }

    [Fact]
    public async Task Beside_a_role_that_keeps_the_networks_a_dry_run_looks_and_once_is_refused()
    {
        using var agent = Run.StartFirstlight("host-agent", "--config-file", _state.ConfigFile);
        try
        {
            await Eventually.TrueAsync(async () => (await Run.FirstlightAsync("host-agent", "--once", "--dry-run", "--config-file", _state.ConfigFile)).ExitCode == 0, "the networks stand");

            var once = await Run.FirstlightAsync("host-agent", "--once", "--config-file", _state.ConfigFile);

            Assert.Equal(69, once.ExitCode);
            Assert.Contains($"another process keeps the networks of {_state.Directory}", once.Error, StringComparison.Ordinal);
        }
        finally
        {
            agent.Kill();
            await agent.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--down", "--once")]
    public async Task Options_that_do_not_go_together_are_refused(params string[] options) =>
        Assert.Equal(2, (await Run.FirstlightAsync(["host-agent", .. options, "--config-file", _state.ConfigFile])).ExitCode);

    private async Task<JsonElement> PlanAsync(int expectedCode)
    {
        var plan = await Run.FirstlightAsync("host-agent", "--once", "--dry-run", "-o", "json", "--config-file", _state.ConfigFile);
        Assert.True(plan.ExitCode == expectedCode, plan.ToString());
        return JsonDocument.Parse(plan.Output).RootElement;
    }

    private async Task<Ended> GoodAsync(params string[] arguments)
    {
        var ended = await Run.FirstlightAsync([.. arguments, "--config-file", _state.ConfigFile]);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return ended;
    }

    private static int Number(JsonElement plan, string name) => plan.GetProperty(name).GetInt32();

    private static string Revision(string output) => output[(output.LastIndexOf("(revision ", StringComparison.Ordinal) + 10)..].TrimEnd(')', '\n');

    private static List<(string Kind, string Id, string? Name, string Action, string? Problem)> Units(JsonElement plan) =>
    [
        .. plan.GetProperty("units").EnumerateArray().Select(u => (
            u.GetProperty("kind").GetString()!, u.GetProperty("id").GetString()!, u.GetProperty("name").GetString(), u.GetProperty("action").GetString()!, u.GetProperty("problem").GetString())),
    ];
}
