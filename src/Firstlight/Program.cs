using Firstlight.Cli;
using Firstlight.Cli.Verbs;
using Firstlight.Lab;
using Firstlight.Roles;

// One verb a line, in the order help lists them. A verb is a static class with Build(GlobalOptions).
var root = CommandLine.Root(
    StandaloneVerb.Build,
    HostAgentVerb.Build,
    MetadataApiVerb.Build,
    LabVerb.Build,
    ApplyVerb.Build,
    ProjectVerb.Build,
    NetworkVerb.Build,
    SubnetVerb.Build,
    RouterVerb.Build,
    PortVerb.Build,
    ServerVerb.Build,
    KeyPairVerb.Build,
    GetVerb.Build,
    SignVerb.Build,
    ConfigurationReferenceVerb.Build);

return await CommandLine.RunAsync(root, args, Console.Out, Console.Error, CancellationToken.None);
