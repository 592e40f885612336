using System.CommandLine;
using Firstlight.Configuration;

namespace Firstlight.Cli.Verbs;

/// <summary><c>configuration-reference</c>: prints docs/configuration.md. Hidden, for those who change options.</summary>
internal static class ConfigurationReferenceVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        ArgumentNullException.ThrowIfNull(globals);
        var verb = new Verb("configuration-reference", "Print the reference page of all options as Markdown.", "firstlight configuration-reference > docs/configuration.md") { Hidden = true };
        verb.SetAction(parse =>
        {
            parse.InvocationConfiguration.Output.Write(ConfigReference.Render());
            return ExitCodes.Ok;
        });
        return verb;
    }
}
