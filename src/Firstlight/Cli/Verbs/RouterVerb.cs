using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>router</c>.</summary>
internal static class RouterVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("router", "Routers between subnets.", "firstlight router list", "firstlight router add-interface r1 blue-v4")
    {
        ResourceVerbs.List(globals, Resources.Router),
        ResourceVerbs.Show(globals, Resources.Router, "r1"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Router, "r1"),
        Interface(globals, "add-interface", "Give a router an interface on a subnet, with the subnet's gateway address.", RouterInterfaces.Add),
        Interface(globals, "remove-interface", "Take a router's interface on a subnet away.", RouterInterfaces.Remove),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("router");
        var project = Options.Owner();
        var interfaces = Options.Texts("--interface", "Subnet (name or id) to have an interface on; may be repeated.", "SUBNET");
        var id = Options.Id();
        return new Verb("create", "Create a router.", "firstlight router create r1", "firstlight router create r1 --interface blue-v4 --interface green-v4") { name, project, interfaces, id }
            .Creates(globals, Resources.Router, parse => new CloudSpec
            {
                Routers =
                [
                    new RouterSpec
                    {
                        Name = parse.GetRequiredValue(name), Id = parse.GetValue(id), Project = parse.GetRequiredValue(project), Interfaces = parse.All(interfaces),
                    },
                ],
            });
    }

    private static Verb Interface(GlobalOptions globals, string word, string description, Func<Cloud, string, string, string?, Cloud> edit)
    {
        var router = Options.NameOrId("router");
        var subnet = Options.NameOrId("subnet");
        var project = Options.Among();
        var format = OutputOption.Create();
        var verb = new Verb(word, description, $"firstlight router {word} r1 blue-v4") { router, subnet, project, format };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var stored = inventory.Change(cloud => edit(cloud, parse.GetRequiredValue(router), parse.GetRequiredValue(subnet), parse.GetValue(project)));
            var row = Resources.Router.Find(stored, parse.GetRequiredValue(router), parse.GetValue(project));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), row.Json);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
