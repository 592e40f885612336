using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>keypair</c>.</summary>
internal static class KeyPairVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("keypair", "Public keys that servers are created with.", "firstlight keypair list", "firstlight keypair create ops --public-key ~/.ssh/id_ed25519.pub")
    {
        ResourceVerbs.List(globals, Resources.KeyPair),
        ResourceVerbs.Show(globals, Resources.KeyPair, "ops"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.KeyPair, "ops"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("key pair");
        var project = Options.Owner();
        var key = new Option<string>("--public-key") { Description = "File with the public key; - for standard input.", HelpName = "FILE", Required = true };
        var type = new Option<string>("--type") { Description = "ssh or x509.", HelpName = "TYPE", DefaultValueFactory = _ => "ssh" };
        type.AcceptOnlyFromAmong("ssh", "x509");

        return new Verb("create", "Store a public key.", "firstlight keypair create ops --public-key ~/.ssh/id_ed25519.pub --project red") { name, project, key, type }
            .Creates(globals, Resources.KeyPair, parse => new CloudSpec
            {
                KeyPairs =
                [
                    new KeyPairSpec
                    {
                        Name = parse.GetRequiredValue(name),
                        Project = parse.GetRequiredValue(project),
                        Type = parse.GetRequiredValue(type),
                        PublicKey = InputFile.Text(parse.GetRequiredValue(key)),
                    },
                ],
            });
    }
}
