using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>apply FILE</c>: makes the inventory have what a cloud file names.</summary>
internal static class ApplyVerb
{
    private static readonly string[] Columns = ["action", "kind", "name", "id", "changed_fields"];

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var file = new Argument<string>("FILE") { Description = "Cloud file (YAML: networks, subnets, routers, servers, keypairs); - for standard input." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change and change nothing." };
        var format = OutputOption.Create();
        var verb = new Verb(
            "apply", "Create and change what a cloud file names; leave everything else.",
            "firstlight apply cloud.yaml --dry-run", "firstlight apply cloud.yaml --state-path /srv/firstlight", "generate-cloud | firstlight apply - -o json") { file, dryRun, format };
        verb.SetAction(parse =>
        {
            var path = parse.GetRequiredValue(file);
            var spec = CloudFile.Parse(InputFile.Text(path), path == "-" ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!);
            var view = parse.GetValue(dryRun) ? Rehearse(globals, parse, spec) : Apply(globals, parse, spec);
            Print(parse, parse.GetValue(format), view);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static PlanView Rehearse(GlobalOptions globals, ParseResult parse, CloudSpec spec)
    {
        // A store that does not exist yet is an empty cloud; asking must not make one.
        if (!File.Exists(globals.Load(parse).InventoryPath)) return CloudViews.Of(Planner.Apply(Cloud.Empty, spec).Items, 0, dryRun: true);
        using var inventory = globals.OpenInventory(parse);
        var current = inventory.Read();
        return CloudViews.Of(Planner.Apply(current, spec).Items, current.Revision, dryRun: true);
    }

    private static PlanView Apply(GlobalOptions globals, ParseResult parse, CloudSpec spec)
    {
        using var inventory = globals.OpenOrCreateInventory(parse);
        var (items, revision) = inventory.Apply(spec);
        return CloudViews.Of(items, revision, dryRun: false);
    }

    private static void Print(ParseResult parse, OutputFormat format, PlanView view)
    {
        var output = parse.InvocationConfiguration.Output;
        var json = JsonSerializer.SerializeToElement(view, ViewJson.Default.PlanView);
        if (format != OutputFormat.Table)
        {
            ResultWriter.WriteOne(output, format, json);
            return;
        }

        if (view.Items.Count > 0) ResultWriter.WriteMany(output, format, json.GetProperty("items"), Columns);
        output.WriteLine(Summary(view));
    }

    internal static string Summary(PlanView view)
    {
        var deleted = view.Deleted > 0 ? $", {view.Deleted} deleted" : "";
        return $"{(view.DryRun ? "would be: " : "")}{view.Created} created, {view.Changed} changed{deleted}, {view.Unchanged} unchanged (revision {view.Revision})";
    }
}
