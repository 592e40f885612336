using System.CommandLine;
using Firstlight.Cli.Verbs;
using Firstlight.Lab;
using Firstlight.Roles;

namespace Firstlight.Cli;

/// <summary>Every verb of the program, in the order help lists them. A verb is a static class with <c>Build(GlobalOptions)</c>.</summary>
internal static class ProgramVerbs
{
    /// <summary>The command tree of a whole program.</summary>
    public static Verb Tree() => CommandLine.Root(Builders);

    private static Func<GlobalOptions, Command>[] Builders =>
    [
        StandaloneVerb.Build,
        HostAgentVerb.Build,
        MetadataApiVerb.Build,
        MetadataAgentVerb.Build,
        AgentVerb.Build,
        LabVerb.Build,
        ApplyVerb.Build,
        ProjectVerb.Build,
        NetworkVerb.Build,
        SubnetVerb.Build,
        RouterVerb.Build,
        PortVerb.Build,
        FloatingIpVerb.Build,
        ServerVerb.Build,
        KeyPairVerb.Build,
        GetVerb.Build,
        SignVerb.Build,
        ConfigDriveVerb.Build,
        DoctorVerb.Build,
        ConfigurationReferenceVerb.Build,
    ];
}
