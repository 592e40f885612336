using System.CommandLine;
using Firstlight.Cli;
using Firstlight.Configuration;

namespace Firstlight.Roles;

/// <summary><c>metadata-api</c>: verifies signed requests and answers them, as <c>nova-api-metadata</c> does. Needs no root.</summary>
internal static class MetadataApiVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var verb = new Verb(
            "metadata-api", "Serve the metadata API (port 8775) to metadata agents, from the inventory or from Nova's databases.",
            "firstlight metadata-api --config-file /etc/firstlight/firstlight.conf",
            "firstlight metadata-api --config-file /etc/nova/nova.conf --config-dir /etc/nova/nova.conf.d",
            "firstlight metadata-api --check-config --config-file /etc/nova/nova.conf     # what would differ from Nova",
            "OS_NEUTRON__METADATA_PROXY_SHARED_SECRET=… firstlight metadata-api --state-path /srv/firstlight") { Role = ProgramRole.MetadataApi };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var program = RoleProgram.Start(globals, parse, ProgramRole.MetadataApi);
            await RunAsync(program, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task RunAsync(RoleProgram program, CancellationToken cancellationToken)
    {
        if (program.Settings.Nova is { } nova)
        {
            await NovaApiRole.RunAsync(program, nova, cancellationToken);
            return;
        }

        using var inventory = program.OpenInventory();
        using var api = ApiRole.ApiOf(program, inventory.Instances);
        await using var management = program.Management(inventory, [], status: null);
        await ApiRole.ServeAsync(program, api, management, cancellationToken);
    }
}
