using System.CommandLine;
using Firstlight.Api;
using Firstlight.Api.Listen;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Management;
using Microsoft.Extensions.Logging;

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
        var settings = program.Settings;
        if (settings.Nova is { } nova)
        {
            await NovaApiRole.RunAsync(program, nova, cancellationToken);
            return;
        }

        using var inventory = program.OpenInventory();
        using var api = new MetadataApi(settings.ForApi(), settings.Signature(), inventory.Instances, TimeProvider.System, program.Loggers.CreateLogger<MetadataApi>());
        await using var management = program.Management(inventory, [], status: null);
        await ServeAsync(program, api, management, cancellationToken);
    }

    /// <summary>Listens as the settings say, until the signal to stop; then requests under way may end.</summary>
    internal static async Task ServeAsync(RoleProgram program, MetadataApi api, ManagementServer management, CancellationToken cancellationToken)
    {
        var settings = program.Settings;
        await using var server = new MetadataApiServer(api, [settings.Api.Listen], program.Loggers, settings.ForApiLimits(), settings.ForApiTls());
        await StartAsync(server, cancellationToken);
        await management.StartAsync(cancellationToken);
        await program.ServeAsync($"Metadata API on {string.Join(", ", server.EndPoints)}{(settings.Api.Tls is null ? "" : " with TLS")}");
        await server.StopAsync(CancellationToken.None);
    }

    /// <summary>Starts the API's server; a taken address ends the program with one line.</summary>
    internal static async Task StartAsync(MetadataApiServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (EndPointUnavailableException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }
}
