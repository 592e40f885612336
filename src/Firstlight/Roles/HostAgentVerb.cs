using System.CommandLine;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary><c>host-agent</c>: this host's networks, and the metadata agent in them, in front of any metadata API.</summary>
internal static class HostAgentVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => HostRole.Build(
        globals,
        new Verb(
            "host-agent", "Keep this host's networks (namespaces, DHCP, routers) and answer their guests through a metadata API elsewhere.",
            "firstlight host-agent --config-file /etc/firstlight/firstlight.conf",
            "OS_DEFAULT__NOVA_METADATA_HOST=controller firstlight host-agent",
            "firstlight host-agent --once --dry-run     # what it would do now",
            "firstlight host-agent --down     # remove what it made") { Role = ProgramRole.HostAgent },
        RunAsync);

    private static async Task RunAsync(RoleProgram program, OwnInventory inventory, HostPlumber plumber, CancellationToken cancellationToken)
    {
        using var upstream = new HttpUpstream(program.Settings.Agent.Upstream, TimeProvider.System, program.Loggers.CreateLogger<HttpUpstream>());
        await HostRole.RunAsync(program, inventory, plumber, upstream, cancellationToken);
    }
}
