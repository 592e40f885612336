using System.Text.Json;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>A host whose namespaces keep a haproxy each, between the guests and the agent's socket.</summary>
public sealed class HaproxyModeTests
{
    [Fact]
    public async Task Guests_are_served_through_haproxies_and_nothing_of_them_stays()
    {
        await using var lab = new LabFixture { Options = ["OS_FIRSTLIGHT__METADATA_PROXY=haproxy"] };
        await lab.InitializeAsync();

        // lab up has shown each guest its own document already: through a network, a router, IPv6, and one address twice.
        var pids = Directory.GetFiles(Path.Combine(lab.StatePath, "external/pids"), "*.pid.haproxy").Select(file => int.Parse(File.ReadAllText(file))).ToList();
        Assert.NotEmpty(pids);
        Assert.All(pids, pid => Assert.StartsWith("haproxy", File.ReadAllText($"/proc/{pid}/cmdline"), StringComparison.Ordinal));

        // What a guest forges is overwritten or refused, never believed.
        var own = JsonDocument.Parse(await lab.GetAsync("lark", "/openstack/latest/meta_data.json")).RootElement.GetProperty("uuid").GetString();
        var forgedScope = await lab.CurlAsync("lark", "/openstack/latest/meta_data.json", "-f", "-H", "X-Neutron-Network-ID: 11111111-2222-4333-8444-555555555555");
        Assert.Equal(own, JsonDocument.Parse(forgedScope.Output).RootElement.GetProperty("uuid").GetString());
        var forgedAddress = await lab.CurlAsync("lark", "/openstack/latest/meta_data.json", "-o", "/dev/null", "-w", "%{http_code}", "-H", "X-Forwarded-For: 10.0.0.6");
        Assert.Equal("400", forgedAddress.Output);

        var status = await lab.LabAsync("status");
        Assert.True(status.ExitCode == 0, status.ToString());
        var down = await lab.DownAsync();
        Assert.True(down.ExitCode == 0, down.ToString());
        await Eventually.TrueAsync(() => Task.FromResult(pids.TrueForAll(pid => !File.Exists($"/proc/{pid}/cmdline") || File.ReadAllText($"/proc/{pid}/cmdline").Length == 0)), "no haproxy is left");
    }
}
