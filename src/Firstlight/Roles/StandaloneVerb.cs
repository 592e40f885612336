using System.CommandLine;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Roles;

/// <summary><c>standalone</c>: networks, agent and metadata API in one process on an embedded inventory.</summary>
internal static class StandaloneVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => HostRole.Build(
        globals,
        new Verb(
            "standalone", "Networks, DHCP, metadata agent and metadata API in one process, on an embedded inventory.",
            "firstlight standalone",
            "firstlight standalone --state-path /srv/firstlight --log-format json",
            "firstlight apply cloud.yaml      # changes reach a running standalone at once",
            "firstlight standalone --once --dry-run     # what it would do now",
            "firstlight standalone --down     # remove what it made") { Role = ProgramRole.Standalone },
        RunAsync);

    private static async Task RunAsync(RoleProgram program, OwnInventory inventory, HostPlumber plumber, CancellationToken cancellationToken)
    {
        using var api = ApiRole.ApiOf(program, inventory.Instances);

        // Guests are answered in process; this port is for `firstlight get` and for agents elsewhere.
        await using var server = await ApiRole.ListenAsync(program, api, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(program.Life.Stopping, cancellationToken);
        var ahead = api.BuildAheadAsync(stop.Token);
        try
        {
            await HostRole.RunAsync(program, inventory, plumber, new InProcessUpstream(api), cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await ahead;
        }

        await server.StopAsync(CancellationToken.None);
    }
}
