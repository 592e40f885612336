using System.CommandLine;
using Firstlight.Api;
using Firstlight.Api.Listen;
using Firstlight.Cli;
using Firstlight.Configuration;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary><c>standalone</c>: networks, agent and metadata API in one process on an embedded inventory.</summary>
internal static class StandaloneVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var down = new Option<bool>("--down") { Description = "Remove all networks this state path made, and end." };
        var verb = new Verb(
            "standalone", "Networks, DHCP, metadata agent and metadata API in one process, on an embedded inventory.",
            "firstlight standalone",
            "firstlight standalone --state-path /srv/firstlight --log-format json",
            "firstlight apply cloud.yaml      # changes reach a running standalone at once",
            "firstlight standalone --down     # remove what it made") { Role = ProgramRole.Standalone };
        verb.Add(down);
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var program = RoleProgram.Start(globals, parse, ProgramRole.Standalone);
            using var plumber = HostRole.PlumberOf(program);
            if (parse.GetValue(down)) return await HostRole.TeardownAsync(plumber, parse.InvocationConfiguration.Error, cancellationToken);
            using var inventory = program.OpenInventory();
            var settings = program.Settings;
            using var api = new MetadataApi(settings.ForApi(), settings.Signature(), inventory.Instances, TimeProvider.System, program.Loggers.CreateLogger<MetadataApi>());

            // Guests are answered in process; this port is for `firstlight get` and for agents elsewhere.
            await using var server = new MetadataApiServer(api, [settings.Api.Listen], program.Loggers, settings.ForApiLimits());
            await MetadataApiVerb.StartAsync(server, cancellationToken);
            await HostRole.RunAsync(program, inventory, plumber, new InProcessUpstream(api), cancellationToken);
            await server.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
