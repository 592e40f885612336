using System.CommandLine;
using Firstlight.Configuration;
using Firstlight.Metadata.Identity;

namespace Firstlight.Cli.Verbs;

/// <summary><c>sign INSTANCE</c>: the signature alone.</summary>
internal static class SignVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var instance = new Argument<string>("INSTANCE") { Description = "Server name, or instance UUID exactly as its port record has it." };
        var project = Output.Options.Among();
        var verb = new Verb(
            "sign", "Print the signature of an instance id (X-Instance-ID-Signature).",
            "firstlight sign web-1",
            "firstlight sign daf32a70-42c9-4d30-8ec5-3a5d97582cff --config-file /etc/neutron/metadata_agent.ini") { instance, project };
        verb.SetAction(parse =>
        {
            var signature = Signer(globals.Load(parse));
            var asked = InstanceToAsk.Find(globals, parse, parse.GetRequiredValue(instance), parse.GetValue(project));
            parse.InvocationConfiguration.Output.WriteLine(signature.Sign(new InstanceId(asked.Id)));
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>The signer of a configuration; without a secret only where an empty one is wanted.</summary>
    /// <exception cref="ConfigurationException">There is no secret.</exception>
    internal static Signature Signer(Settings settings)
    {
        if (settings.SharedSecret.IsEmpty && !settings.StrictNova)
        {
            throw new ConfigurationException(
                $"no shared secret: set {OptionCatalogue.AgentSharedSecret} in a --config-file, or name with --state-path the directory of a standalone that made one");
        }

        return new Signature(settings.SharedSecret.Reveal());
    }
}
