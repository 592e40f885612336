using System.CommandLine;
using Firstlight.Agent;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Cli.Output;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Roles;

/// <summary>The part that <c>host-agent</c> and <c>standalone</c> share: this host's networks, and the agent listening in them.</summary>
internal static class HostRole
{
    /// <summary>The verb of a role that keeps a host's networks: with <c>--down</c> it removes them, otherwise it runs until stopped.</summary>
    /// <param name="globals">Options every verb has.</param>
    /// <param name="verb">Name, description, examples and role.</param>
    /// <param name="run">Runs the role; the inventory is open and nothing is missing on this host.</param>
    public static Command Build(GlobalOptions globals, Verb verb, Func<RoleProgram, OwnInventory, HostPlumber, CancellationToken, Task> run)
    {
        var down = new Option<bool>("--down") { Description = "Remove all networks this state path made, and end." };
        var once = new Option<bool>("--once") { Description = "Bring the networks to what the inventory says, and end; they stay. Ends with 69 when something failed." };
        var dryRun = new Option<bool>("--dry-run") { Description = "With --once: print what would be done and touch nothing. Ends with 3 when there is something to do." };
        var format = OutputOption.Create();
        verb.Add(down);
        verb.Add(once);
        verb.Add(dryRun);
        verb.Add(format);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(down) && result.GetValue(once)) result.AddError("--down and --once exclude each other");
            if (result.GetValue(dryRun) && !result.GetValue(once)) result.AddError("--dry-run goes with --once");
        });
        verb.SetAction(async (parse, cancellationToken) =>
        {
            if (parse.GetValue(dryRun)) return await PlanAsync(globals, parse, verb.Role, parse.GetValue(format), cancellationToken);
            using var program = RoleProgram.Start(globals, parse, verb.Role, answers: !parse.GetValue(down) && !parse.GetValue(once));
            using var plumber = PlumberOf(program.Settings, program.Loggers.CreateLogger<HostPlumber>());
            if (parse.GetValue(down)) return await AloneAsync(() => TeardownAsync(plumber, parse.InvocationConfiguration.Error, cancellationToken));
            if (parse.GetValue(once)) return await AloneAsync(() => HostOnce.SyncAsync(program, plumber, parse, cancellationToken));
            using var inventory = program.OpenInventory();
            await run(program, inventory, plumber, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>Says what is missing on this host before anything is touched.</summary>
    /// <exception cref="ProgramEndException">Not root (77), or programs are missing (69).</exception>
    private static HostPlumber PlumberOf(Settings settings, ILogger<HostPlumber> logger)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new ProgramEndException(ExitCodes.NotPermitted, "this role makes network namespaces: run it as root, or 'metadata-api' alone as anyone");
        var plumber = new HostPlumber(settings.ForPlumbing(), TimeProvider.System, logger);
        if (plumber.Preflight() is [_, ..] missing) throw new ProgramEndException(ExitCodes.Unavailable, string.Join("; ", missing));
        return plumber;
    }

    /// <summary>Runs networks, agent and management until the signal to stop. The networks outlive the program: guests keep their connectivity.</summary>
    public static async Task RunAsync(RoleProgram program, OwnInventory inventory, HostPlumber plumber, IUpstream upstream, CancellationToken cancellationToken)
    {
        var settings = program.Settings;
        await using var agent = new AgentServer(settings.ForAgent(), settings.Signature(), inventory.Ports, upstream, TimeProvider.System, program.Loggers);
        var loop = new HostLoop(inventory, plumber, agent, settings.ForHost(), settings.Host, program.Loggers.CreateLogger<HostLoop>());
        await using var management = program.Management(inventory, [loop], json => AgentStatusJson.Write(json, agent.Describe(), more => HostStatusJson.Write(more, settings.StatePath, plumber.Describe())));
        await management.StartAsync(cancellationToken);
        await agent.BeginAsync(cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(program.Life.Stopping, cancellationToken);
        var work = loop.RunAsync(stop.Token);
        await program.ServeAsync($"Keeping the networks of {settings.Host}");
        await agent.StopAsync(CancellationToken.None);
        await work;
    }

    // Settings as they are: a secret that is missing is not made for a rehearsal.
    private static async Task<int> PlanAsync(GlobalOptions globals, ParseResult parse, ProgramRole role, OutputFormat format, CancellationToken cancellationToken)
    {
        var settings = Settings.Load(globals.Sources(parse, role) with { Answers = false });
        using var plumber = PlumberOf(settings, NullLogger<HostPlumber>.Instance);
        using var inventory = globals.OpenInventory(parse);
        return await HostOnce.PlanAsync(settings, plumber, inventory, parse, format, cancellationToken);
    }

    private static async Task<int> AloneAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (IOException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }

    /// <summary>Removes every namespace, bridge, device and daemon this state path ever made.</summary>
    private static async Task<int> TeardownAsync(HostPlumber plumber, TextWriter error, CancellationToken cancellationToken)
    {
        var report = await plumber.TeardownAsync(cancellationToken);
        foreach (var failure in report.Failures) await error.WriteLineAsync($"firstlight: {failure.Unit}: {failure.Failure}");
        return report.Succeeded ? ExitCodes.Ok : ExitCodes.Unavailable;
    }
}
