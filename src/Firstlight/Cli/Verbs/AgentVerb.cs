using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Roles;

namespace Firstlight.Cli.Verbs;

/// <summary><c>agent</c>: which roles run on this host, and how they fare.</summary>
internal static class AgentVerb
{
    private static readonly string[] Columns = ["role", "host", "pid", "since", "state", "listening", "wanted", "connections", "requests"];
    private static readonly string[] FailingColumns = ["kind", "id", "since", "attempts", "retry_at", "reason"];
    private static readonly string[] ListenerColumns = ["scope", "scope_id", "address", "port", "state", "connections", "requests", "problem"];

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("agent", "What of this program runs on this host.", "firstlight agent list", "firstlight agent show host-agent")
    {
        List(globals),
        Show(globals),
    };

    private static Verb List(GlobalOptions globals)
    {
        var format = OutputOption.Create();
        var verb = new Verb(
            "list", "List the roles that run on this host, with their listeners and what guests asked of them.",
            "firstlight agent list",
            "firstlight agent list -o json",
            "firstlight agent list --state-path /srv/firstlight     # also those that run without root on this state path") { format };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            var agents = await FindAsync(globals, parse, cancellationToken);
            var rows = JsonSerializer.SerializeToElement([.. agents.Select(a => a.Agent)], ViewJson.Default.ListAgentView);
            ResultWriter.WriteMany(parse.InvocationConfiguration.Output, parse.GetValue(format), rows, Columns);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Show(GlobalOptions globals)
    {
        var which = new Argument<string>("AGENT") { Description = "Process id, or role where only one of it runs." };
        var format = OutputOption.Create();
        var verb = new Verb("show", "Show one running role with each of its listeners.", "firstlight agent show standalone", "firstlight agent show 4711 -o yaml") { which, format };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            var agent = One(await FindAsync(globals, parse, cancellationToken), parse.GetRequiredValue(which));
            Write(parse.InvocationConfiguration.Output, parse.GetValue(format), JsonSerializer.SerializeToElement(agent, ViewJson.Default.AgentDetailView));
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task<IReadOnlyList<AgentDetailView>> FindAsync(GlobalOptions globals, ParseResult parse, CancellationToken cancellationToken)
    {
        IAgentSource[] sources = [new AgentsOfThisHost(RunDirectory.ToRead(globals.Load(parse)))];
        var found = await Task.WhenAll(sources.Select(s => s.FindAsync(cancellationToken)));
        return [.. found.SelectMany(a => a).OrderBy(a => a.Agent.Host, StringComparer.Ordinal).ThenBy(a => a.Agent.Role, StringComparer.Ordinal).ThenBy(a => a.Agent.Pid)];
    }

    private static AgentDetailView One(IReadOnlyList<AgentDetailView> agents, string which)
    {
        var meant = agents.Where(a => a.Agent.Role == which || a.Agent.Pid.ToString(CultureInfo.InvariantCulture) == which).ToList();
        return meant switch
        {
            [var one] => one,
            [] => throw new ProgramEndException(ExitCodes.Refused, $"no running role is '{which}': 'firstlight agent list' shows what runs"),
            _ => throw new ProgramEndException(ExitCodes.Refused, $"{meant.Count} roles are '{which}', name one by its pid: {string.Join(", ", meant.Select(a => a.Agent.Pid))}"),
        };
    }

    // As a table the listeners are rows of their own below, and so are networks that fail.
    private static void Write(TextWriter output, OutputFormat format, JsonElement detail)
    {
        if (format != OutputFormat.Table)
        {
            ResultWriter.WriteOne(output, format, detail);
            return;
        }

        ResultWriter.WriteOne(output, format, detail.GetProperty("agent"));
        output.WriteLine();
        ResultWriter.WriteMany(output, format, detail.GetProperty("listeners"), ListenerColumns);
        if (detail.GetProperty("networks") is not { ValueKind: JsonValueKind.Object } networks) return;
        output.WriteLine();
        output.WriteLine($"{networks.GetProperty("in_order")} networks and routers in order, {networks.GetProperty("outstanding")} still to be looked at");
        if (networks.GetProperty("failing").GetArrayLength() > 0) ResultWriter.WriteMany(output, format, networks.GetProperty("failing"), FailingColumns);
    }
}
