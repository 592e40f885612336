using System.CommandLine;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Configuration;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary><c>host-agent</c>: this host's networks, and the metadata agent in them, in front of any metadata API.</summary>
internal static class HostAgentVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var down = new Option<bool>("--down") { Description = "Remove all networks this state path made, and end." };
        var verb = new Verb(
            "host-agent", "Keep this host's networks (namespaces, DHCP, routers) and answer their guests through a metadata API elsewhere.",
            "firstlight host-agent --config-file /etc/firstlight/firstlight.conf",
            "OS_DEFAULT__NOVA_METADATA_HOST=controller firstlight host-agent",
            "firstlight host-agent --down     # remove what it made") { Role = ProgramRole.HostAgent };
        verb.Add(down);
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var program = RoleProgram.Start(globals, parse, ProgramRole.HostAgent);
            using var plumber = HostRole.PlumberOf(program);
            if (parse.GetValue(down)) return await HostRole.TeardownAsync(plumber, parse.InvocationConfiguration.Error, cancellationToken);
            using var inventory = program.OpenInventory();
            using var upstream = new HttpUpstream(program.Settings.ForUpstream(), TimeProvider.System, program.Loggers.CreateLogger<HttpUpstream>());
            await HostRole.RunAsync(program, inventory, plumber, upstream, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
