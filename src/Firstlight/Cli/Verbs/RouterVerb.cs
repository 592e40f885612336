using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>router</c>.</summary>
internal static class RouterVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("router", "Routers between subnets.", "firstlight router list", "firstlight router add-interface r1 blue-v4", "firstlight router set-gateway r1 ext")
    {
        ResourceVerbs.List(globals, Resources.Router),
        ResourceVerbs.ShowKept(globals, Resources.Router, "r1"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Router, "r1"),
        Interface(globals, "add-interface", "Give a router an interface on a subnet, with the subnet's gateway address.", RouterInterfaces.Add),
        Interface(globals, "remove-interface", "Take a router's interface on a subnet away.", RouterInterfaces.Remove),
        SetGateway(globals),
        UnsetGateway(globals),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("router");
        var project = Options.Owner();
        var gateway = Options.Text("--external-gateway", "External network (name or id) to have the gateway on.", "NETWORK");
        var interfaces = Options.Texts("--interface", "Subnet (name or id) to have an interface on; may be repeated.", "SUBNET");
        var id = Options.Id();
        return new Verb("create", "Create a router.", "firstlight router create r1", "firstlight router create r1 --interface blue-v4 --interface green-v4 --external-gateway ext") { name, project, interfaces, gateway, id }
            .Creates(globals, Resources.Router, parse => new CloudSpec
            {
                Routers =
                [
                    new RouterSpec
                    {
                        Name = parse.GetRequiredValue(name), Id = parse.GetValue(id), Project = parse.GetRequiredValue(project), Interfaces = parse.All(interfaces),
                        Gateway = parse.GetValue(gateway) is { } network ? new GatewaySpec(network, Address: null, Snat: null) : null,
                    },
                ],
            });
    }

    private static Verb Interface(GlobalOptions globals, string word, string description, Func<Cloud, string, string, string?, Cloud> edit)
    {
        var subnet = Options.NameOrId("subnet");
        var verb = new Verb(word, description, $"firstlight router {word} r1 blue-v4");
        return Changes(globals, verb, [subnet], [], (cloud, parse, router, project) => edit(cloud, router, parse.GetRequiredValue(subnet), project));
    }

    private static Verb SetGateway(GlobalOptions globals)
    {
        var network = Options.NameOrId("network");
        var address = Options.Object("--fixed-ip", "Address it has there; the lowest free one if not given.", "ADDRESS", "an address such as 203.0.113.5", Parts.Address);
        var snat = new Option<bool>("--enable-snat") { Description = "What leaves gets the gateway's address as source (so it is unless said otherwise)." };
        var noSnat = new Option<bool>("--disable-snat") { Description = "What leaves keeps its own source address." };
        var verb = new Verb(
            "set-gateway", "Give a router its way outside.",
            "firstlight router set-gateway r1 ext", "firstlight router set-gateway r1 ext --fixed-ip 203.0.113.5 --disable-snat");
        verb.Validators.Add(result =>
        {
            if (result.GetValue(snat) && result.GetValue(noSnat)) result.AddError("--enable-snat and --disable-snat exclude each other");
        });
        return Changes(globals, verb, [network], [address, snat, noSnat], (cloud, parse, router, project) => RouterGateway.Set(
            cloud, router, new GatewaySpec(parse.GetRequiredValue(network), parse.GetValue(address), parse.GetValue(snat) ? true : parse.GetValue(noSnat) ? false : null), project));
    }

    private static Verb UnsetGateway(GlobalOptions globals) => Changes(
        globals, new Verb("unset-gateway", "Take a router's way outside away.", "firstlight router unset-gateway r1"), [], [],
        (cloud, _, router, project) => RouterGateway.Unset(cloud, router, project));

    // A router first, what it is about next; the router is shown as it is afterwards.
    private static Verb Changes(
        GlobalOptions globals, Verb verb, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<Cloud, ParseResult, string, string?, Cloud> edit)
    {
        var router = Options.NameOrId("router");
        var project = Options.Among();
        var format = OutputOption.Create();
        verb.Add(router);
        foreach (var argument in arguments) verb.Add(argument);
        foreach (var option in options) verb.Add(option);
        verb.Add(project);
        verb.Add(format);
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var stored = inventory.Change(cloud => edit(cloud, parse, parse.GetRequiredValue(router), parse.GetValue(project)));
            var row = Resources.Router.Find(stored, parse.GetRequiredValue(router), parse.GetValue(project));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), row.Json);
            return ExitCodes.Ok;
        });
        return verb;
    }
}
