using System.CommandLine;
using Firstlight.Cli;
using Firstlight.Configuration;

namespace Firstlight.Roles;

/// <summary><c>metadata-agent</c>: stands in for <c>neutron-metadata-agent</c>, and where asked for its haproxies, beside Neutron's other agents.</summary>
internal static class MetadataAgentVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var verb = new Verb(
            "metadata-agent", "Answer the guests of a Neutron host: behind Neutron's haproxies (its socket), or in their place (in the namespaces).",
            "firstlight metadata-agent --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/metadata_agent.ini",
            "firstlight metadata-agent --check-config --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/metadata_agent.ini",
            "OS_FIRSTLIGHT__AGENT_LISTEN=socket,namespaces firstlight metadata-agent --config-file …     # as root: the step without haproxy") { Role = ProgramRole.MetadataAgent };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var program = RoleProgram.Start(globals, parse, ProgramRole.MetadataAgent);
            await MetadataAgentRole.RunAsync(program, program.Settings.NeutronAgent!, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
