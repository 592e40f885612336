using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>What every kind of thing can do: list, show, create, delete.</summary>
internal static class ResourceVerbs
{
    /// <summary><c>NOUN list</c>.</summary>
    public static Verb List(GlobalOptions globals, Resource resource)
    {
        var project = Options.Among();
        var format = OutputOption.Create();
        var verb = new Verb("list", $"List {resource.Noun}s.", $"firstlight {resource.Noun} list", $"firstlight {resource.Noun} list -o json") { project, format };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var rows = resource.List(inventory.Read(), parse.GetValue(project));
            ResultWriter.WriteMany(parse.InvocationConfiguration.Output, parse.GetValue(format), ArrayOf(rows), resource.Columns);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary><c>NOUN show NAME</c>.</summary>
    public static Verb Show(GlobalOptions globals, Resource resource, string example)
    {
        var name = Options.NameOrId(resource.Noun);
        var project = Options.Among();
        var format = OutputOption.Create();
        var verb = new Verb("show", $"Show one {resource.Noun}.", $"firstlight {resource.Noun} show {example}", $"firstlight {resource.Noun} show {example} -o yaml") { name, project, format };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var row = resource.Find(inventory.Read(), parse.GetRequiredValue(name), parse.GetValue(project));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), row.Json);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary><c>NOUN show NAME</c> of something a host keeps: with how it fares on this one.</summary>
    public static Verb ShowKept(GlobalOptions globals, Resource resource, string example)
    {
        var name = Options.NameOrId(resource.Noun);
        var project = Options.Among();
        var format = OutputOption.Create();
        var verb = new Verb(
            "show", $"Show one {resource.Noun}, and how it fares on this host.",
            $"firstlight {resource.Noun} show {example}", $"firstlight {resource.Noun} show {example} -o yaml") { name, project, format };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var inventory = globals.OpenInventory(parse);
            var row = resource.Find(inventory.Read(), parse.GetRequiredValue(name), parse.GetValue(project));
            var here = new UnitHereView(await OnThisHost.OfAsync(globals.Load(parse), row.Id, cancellationToken));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), JsonFields.Joined(row.Json, JsonSerializer.SerializeToElement(here, ViewJson.Default.UnitHereView)));
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary><c>NOUN delete NAME…</c>: all of them or none.</summary>
    public static Verb Delete(GlobalOptions globals, Resource resource, string example)
    {
        var names = new Argument<string[]>(resource.Noun.ToUpperInvariant()) { Description = $"Names or ids.", Arity = ArgumentArity.OneOrMore };
        var project = Options.Among();
        var verb = new Verb("delete", $"Delete {resource.Noun}s, all of those named or none.", $"firstlight {resource.Noun} delete {example}") { names, project };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            inventory.Change(cloud => parse.GetRequiredValue(names).Aggregate(
                cloud, (current, name) => Planner.Delete(current, resource.Kind, name, parse.GetValue(project)).Next));
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>Gives a create verb its action: one thing comes into being and is shown.</summary>
    /// <param name="verb">The verb with its arguments and options.</param>
    /// <param name="globals">Global options.</param>
    /// <param name="resource">What is created.</param>
    /// <param name="spec">From the command line to what is wanted.</param>
    public static Verb Creates(this Verb verb, GlobalOptions globals, Resource resource, Func<ParseResult, CloudSpec> spec)
    {
        var format = OutputOption.Create();
        verb.Add(format);
        verb.SetAction(parse =>
        {
            // Mapped before the store is opened: a bad file or option must not leave a new store behind.
            var wanted = spec(parse);
            using var inventory = globals.OpenOrCreateInventory(parse);
            PlanItem? made = null;
            var stored = inventory.Change(cloud =>
            {
                var plan = Planner.Apply(cloud, wanted);
                made = Created(plan, resource);
                return plan.Next;
            });
            var row = resource.Views(stored).First(r => r.Id == IdOf(made!, resource) && (resource.Kind != ResourceKind.KeyPair || IsOfPlan(r, wanted, stored)));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), row.Json);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>The thing a plan creates; refused when it was there already, since create must never change what exists.</summary>
    internal static PlanItem Created(Plan plan, Resource resource)
    {
        var item = plan.Items.Last(i => i.Kind == resource.Kind);
        return item.Action == PlanAction.Created
            ? item
            : throw new InventoryRuleException([new RuleViolation($"{resource.Noun} {item.Name}", "name", "exists already; 'firstlight apply' changes what exists")]);
    }

    private static string IdOf(PlanItem item, Resource resource) => resource.Kind == ResourceKind.KeyPair ? item.Name : item.Id;

    private static bool IsOfPlan(ResourceRow row, CloudSpec wanted, Cloud stored) =>
        stored.Projects.TryGetValue(row.ProjectId!, out var project) && wanted.KeyPairs[0].Project is var owner && (project.Name == owner || project.Id == owner);

    private static JsonElement ArrayOf(IEnumerable<ResourceRow> rows)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (var row in rows) row.Json.WriteTo(writer);
            writer.WriteEndArray();
        }

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }
}
