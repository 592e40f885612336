using System.Diagnostics;
using Firstlight.Inventory.Own;
using Firstlight.Lab;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary><c>host-agent</c> and <c>metadata-api</c> as two processes: what the doctor says of the way between them.</summary>
public sealed class DoctorApartTests
{
    [Fact]
    public async Task A_wrong_secret_and_a_dead_metadata_API_are_named_between_the_roles()
    {
        using var api = new ApiState();
        var state = new LabState(api.Directory);
        state.Create($"d{api.Port}-", "127.0.0.1:0");
        var cloud = Path.Combine(api.Directory, "cloud.yaml");
        await File.WriteAllTextAsync(cloud, """
            projects: [{name: solo}]
            networks:
              - name: moor
                project: solo
                subnets: [{name: moor-v4, cidr: 10.8.0.0/24, gateway: none}]
            servers:
              - name: crane
                project: solo
                ports: [{network: moor}]
            """);
        var apply = await Run.FirstlightAsync("apply", cloud, "--config-file", api.ConfigFile);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        var wrong = Path.Combine(api.Directory, "wrong.conf");
        await File.WriteAllTextAsync(wrong, "[DEFAULT]\nmetadata_proxy_shared_secret = not the same\n");

        using var agent = Run.StartFirstlight("host-agent", "--config-file", api.ConfigFile, "--config-file", wrong);
        using var apiProcess = Run.StartFirstlight("metadata-api", "--config-file", api.ConfigFile);
        try
        {
            var guest = OpenGuest(state);
            await Eventually.TrueAsync(() => Task.FromResult(Directory.Exists($"/sys/class/net/brq{guest.Network.Id[..11]}")), "the network is there");
            await Eventually.TrueAsync(async () => (await AskAsync(api, wrong)).First?.Hop == "guest", "the guest that is not plugged in is named");
            await new GuestPlumbing(state, new LabPrograms()).UpAsync(guest, TestContext.Current.CancellationToken);
            await Eventually.TrueAsync(api.ListensAsync, "the API listens");
            await Eventually.TrueAsync(async () => (await AskAsync(api, wrong)).First?.Hop == "signature", "the wrong secret is named");
            var refused = await AskAsync(api, wrong);
            Assert.Contains("answers 403", refused["signature"].Seen);
            Assert.Contains("another shared secret", refused["signature"].Why);
            Assert.Equal("not_looked_at", refused["meta_data"].State);
            Assert.Contains("host-agent", refused["listener"].Seen);

            apiProcess.Kill();
            await apiProcess.WaitForExitAsync(TestContext.Current.CancellationToken);
            var dead = await AskAsync(api, wrong);
            Assert.True(dead.First?.Hop == "upstream", dead.ToString());
            Assert.Contains($":{api.Port}", dead.First.Seen);
            Assert.Equal("not_looked_at", dead["signature"].State);
            Assert.Equal("right", dead["identity"].State);
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

    private static Task<DoctorRun> AskAsync(ApiState api, string wrong) => DoctorRun.OfAsync("crane", "--config-file", api.ConfigFile, "--config-file", wrong);

    private static Guest OpenGuest(LabState state)
    {
        using var inventory = OwnInventory.Open(state.InventoryFile);
        return Assert.Single(Guest.Of(inventory.Read(), state));
    }

    private static void End(Process process)
    {
        if (process.HasExited) return;
        process.Kill();
        process.WaitForExit();
    }
}
