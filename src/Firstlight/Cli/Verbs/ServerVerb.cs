using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>server</c>.</summary>
internal static class ServerVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("server", "Servers: what a guest is told of itself.", "firstlight server list", "firstlight server create web-1 --nic blue --key-name ops --user-data cloud-config.yaml")
    {
        ResourceVerbs.List(globals, Resources.Server),
        Show(globals),
        ServerCreateVerb.Build(globals),
        ResourceVerbs.Delete(globals, Resources.Server, "web-1"),
    };

    private static Verb Show(GlobalOptions globals)
    {
        var name = Options.NameOrId("server");
        var project = Options.Among();
        var format = OutputOption.Create();
        var userData = new Option<bool>("--user-data") { Description = "Print the user data alone, to the byte." };
        var verb = new Verb(
            "show", "Show one server; user data is shown as its size.",
            "firstlight server show web-1 -o yaml", "firstlight server show web-1 --user-data > cloud-config.yaml") { name, project, format, userData };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var inventory = globals.OpenInventory(parse);
            var cloud = inventory.Read();
            if (parse.GetValue(userData))
            {
                await PrintUserDataAsync(parse, cloud.Servers[Planner.Resolve(cloud, ResourceKind.Server, parse.GetRequiredValue(name), parse.GetValue(project))], cancellationToken);
                return ExitCodes.Ok;
            }

            var row = Resources.Server.Find(cloud, parse.GetRequiredValue(name), parse.GetValue(project));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), row.Json);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task PrintUserDataAsync(ParseResult parse, Server server, CancellationToken cancellationToken)
    {
        if (server.UserData is not { } bytes)
            throw new InventoryRuleException([new RuleViolation(server.ToString(), "user_data", "it has none")]);
        await RawOutput.WriteAsync(parse.InvocationConfiguration.Output, bytes.AsMemory(), cancellationToken);
    }
}
