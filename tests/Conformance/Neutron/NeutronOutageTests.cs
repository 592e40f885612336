using System.Text.Json;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Our agent while the message bus, and then Neutron itself, is away and comes back.</summary>
[Collection(NeutronLabCollection.Name)]
public sealed class NeutronOutageTests(NeutronLab lab)
{
    private const string Document = "/openstack/latest/meta_data.json";

    // Six reports are missed in it, and the connections' heartbeats.
    private static readonly TimeSpan BusOutage = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Neutron_sees_our_agent_alive_and_again_after_an_outage_of_the_bus_in_which_no_guest_noticed_anything()
    {
        await lab.WireAsync(Wiring.AllOurs);
        var plain = await lab.GuestAsync("plain");
        await Eventually.TrueAsync(plain.IsServedAsync, "the guest is served");
        await Eventually.TrueAsync(IsAliveAsync, "Neutron sees our agent alive");
        Assert.Equal("neutron-metadata-agent", (await ReportAsync())!.Value.GetProperty("binary").GetString());

        string last;
        await lab.Services.Bus.StopAsync();
        try
        {
            using var outage = new CancellationTokenSource(BusOutage);
            var asked = 0;
            while (!outage.IsCancellationRequested)
            {
                Assert.Equal(200, (await plain.AskAsync("GET", Document)).Status);
                asked++;
                await Task.Delay(20);
            }

            Assert.True(asked > 500, $"only {asked} requests in the outage");
        }
        finally
        {
            last = Heard(await ReportAsync());
            await lab.Services.Bus.StartAsync(lab.Services.BusEnvironment);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                Assert.Equal(200, (await plain.AskAsync("GET", Document)).Status);
                return await IsAliveAsync() && string.CompareOrdinal(Heard(await ReportAsync()), last) > 0;
            },
            "Neutron hears our agent again");
    }

    [Fact]
    public async Task Without_Neutron_known_guests_are_served_and_strangers_told_to_come_back_and_with_it_all_is_fresh()
    {
        await lab.WireAsync(Wiring.AllOurs);
        await lab.Services.OurApi.StopAsync();
        await lab.Services.OurLenientApi.StartAsync();
        var (plain, stranger) = (await lab.GuestAsync("plain"), await lab.GuestAsync("unicode"));
        await Eventually.TrueAsync(plain.IsServedAsync, "the guest is served");
        var before = Facts(await plain.AskAsync("GET", Document));

        await lab.Services.Server.StopAsync();
        try
        {
            Assert.Equal(before, Facts(await plain.AskAsync("GET", Document)));
            // Longer than a found port is believed without asking again.
            using var outage = new CancellationTokenSource(TimeSpan.FromSeconds(12));
            while (!outage.IsCancellationRequested)
            {
                Assert.Equal(before, Facts(await plain.AskAsync("GET", Document)));
                await Task.Delay(50);
            }

            var refused = await stranger.AskAsync("GET", Document);
            Assert.Equal(503, refused.Status);
            Assert.NotNull(refused["Retry-After"]);
            await lab.SqlAsync($"UPDATE neutron.ports SET device_id = '{InstanceIds.Of("x509-multi")}' WHERE name = 'plain-0'");
            await lab.Services.Server.StartAsync();
            await Eventually.TrueAsync(stranger.IsServedAsync, "the stranger is served");
            await Eventually.TrueAsync(
                async () => (await plain.AskAsync("GET", Document)).Text.Contains(InstanceIds.Of("x509-multi"), StringComparison.Ordinal),
                "the guest is told about the instance that has its port now");
        }
        finally
        {
            await lab.SqlAsync($"UPDATE neutron.ports SET device_id = '{InstanceIds.Of("plain")}' WHERE name = 'plain-0'");
            await lab.Services.Server.StartAsync();
            await lab.Services.OurLenientApi.StopAsync();
            await lab.Services.OurApi.StartAsync();
        }

        await Eventually.TrueAsync(async () => (await plain.AskAsync("GET", Document)).Text.Contains(InstanceIds.Of("plain"), StringComparison.Ordinal), "the port is the guest's own again");
    }

    // All but the random seed.
    private static string Facts(RawResponse answer)
    {
        Assert.Equal(200, answer.Status);
        return answer.Text[..answer.Text.IndexOf("\"random_seed\"", StringComparison.Ordinal)];
    }

    private static string Heard(JsonElement? report) => report?.GetProperty("heartbeat_timestamp").GetString() ?? "";

    private async Task<bool> IsAliveAsync() => await ReportAsync() is { } report && report.GetProperty("alive").GetBoolean();

    private async Task<JsonElement?> ReportAsync() =>
        (await lab.Neutron.ListAsync("agents?agent_type=Metadata%20agent")).Where(a => a.GetProperty("host").GetString() == "lab-node").Cast<JsonElement?>().SingleOrDefault();
}
