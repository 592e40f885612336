using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>network</c>.</summary>
internal static class NetworkVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("network", "Layer-2 networks.", "firstlight network list", "firstlight network create blue --project red")
    {
        ResourceVerbs.List(globals, Resources.Network),
        ResourceVerbs.Show(globals, Resources.Network, "blue"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Network, "blue"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("network");
        var project = Options.Owner();
        var mtu = new Option<int?>("--mtu") { Description = "MTU in bytes; 1500 if not given.", HelpName = "BYTES" };
        var id = Options.Id();
        return new Verb("create", "Create a network.", "firstlight network create blue", "firstlight network create jumbo --mtu 9000 --project red") { name, project, mtu, id }
            .Creates(globals, Resources.Network, parse => new CloudSpec
            {
                Networks =
                [
                    new NetworkSpec { Name = parse.GetRequiredValue(name), Project = parse.GetRequiredValue(project), Mtu = parse.GetValue(mtu), Id = parse.GetValue(id) },
                ],
            });
    }
}
