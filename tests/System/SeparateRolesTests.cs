using System.Diagnostics;
using System.Text.Json;
using Firstlight.Inventory.Own;
using Firstlight.Lab;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary><c>host-agent</c> and <c>metadata-api</c> as two processes that share a secret, with a guest between.</summary>
public sealed class SeparateRolesTests
{
    [Fact]
    public async Task A_guest_is_served_through_a_host_agent_and_a_metadata_API_of_their_own()
    {
        using var api = new ApiState();
        var state = new LabState(api.Directory);
        state.Create($"s{api.Port}-", "127.0.0.1:0");
        var apply = await Run.FirstlightAsync("apply", await CloudFileAsync(api.Directory), "--config-file", api.ConfigFile);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        using var apiProcess = Run.StartFirstlight("metadata-api", "--config-file", api.ConfigFile);
        using var agent = Run.StartFirstlight("host-agent", "--config-file", api.ConfigFile);
        try
        {
            var guest = OpenGuest(state);
            await Eventually.TrueAsync(() => Task.FromResult(Directory.Exists($"/sys/class/net/brq{guest.Network.Id[..11]}")), "the network is there");
            await new GuestPlumbing(state, new LabPrograms()).UpAsync(guest, TestContext.Current.CancellationToken);

            await Eventually.TrueAsync(async () => (await new GuestFetch(new LabPrograms()).FetchAsync(guest, TestContext.Current.CancellationToken)).IsRight, "the guest is served");

            // The API ended: what the guest was told before it is told again, what it never asked for is 503 and not 404.
            apiProcess.Kill();
            await apiProcess.WaitForExitAsync(TestContext.Current.CancellationToken);
            var stale = await CurlAsync(guest, "/openstack/latest/meta_data.json", "-f");
            var never = await CurlAsync(guest, "/openstack/latest/network_data.json", "-i");
            Assert.Equal(guest.Server.Id, JsonDocument.Parse(stale.Output).RootElement.GetProperty("uuid").GetString());
            Assert.StartsWith("HTTP/1.1 503", never.Output, StringComparison.Ordinal);
            Assert.Contains("Retry-After: 1", never.Output, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            End(apiProcess);
            End(agent);
            await new LabTeardown(state, new LabPrograms()).RemoveGuestsAsync(CancellationToken.None);
            var down = await Run.FirstlightAsync("host-agent", "--down", "--config-file", api.ConfigFile);
            Assert.True(down.ExitCode == 0, down.ToString());
        }
    }

    private static Guest OpenGuest(LabState state)
    {
        using var inventory = OwnInventory.Open(state.InventoryFile);
        return Assert.Single(Guest.Of(inventory.Read(), state));
    }

    private static async Task<string> CloudFileAsync(string directory)
    {
        var file = Path.Combine(directory, "cloud.yaml");
        await File.WriteAllTextAsync(file, """
            projects: [{name: solo}]
            networks:
              - name: pond
                project: solo
                subnets: [{name: pond-v4, cidr: 10.7.0.0/24, gateway: none}]
            servers:
              - name: swan
                project: solo
                ports: [{network: pond}]
            """);
        return file;
    }

    private static Task<Ended> CurlAsync(Guest guest, string path, params string[] options) =>
        Run.InNamespaceAsync(guest.Namespace, ["curl", "-gsS", "--max-time", "15", .. options, guest.Url + path]);

    private static void End(Process process)
    {
        if (process.HasExited) return;
        process.Kill();
        process.WaitForExit();
    }
}
