using System.CommandLine;
using Firstlight.Agent;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;

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
        verb.Add(down);
        verb.SetAction(async (parse, cancellationToken) =>
        {
            using var program = RoleProgram.Start(globals, parse, verb.Role);
            using var plumber = PlumberOf(program);
            if (parse.GetValue(down)) return await TeardownAsync(plumber, parse.InvocationConfiguration.Error, cancellationToken);
            using var inventory = program.OpenInventory();
            await run(program, inventory, plumber, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }

    /// <summary>Says what is missing on this host before anything is touched.</summary>
    /// <exception cref="ProgramEndException">Not root (77), or programs are missing (69).</exception>
    private static HostPlumber PlumberOf(RoleProgram program)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new ProgramEndException(ExitCodes.NotPermitted, "this role makes network namespaces: run it as root, or 'metadata-api' alone as anyone");
        var plumber = new HostPlumber(program.Settings.ForPlumbing(), TimeProvider.System, program.Loggers.CreateLogger<HostPlumber>());
        if (plumber.Preflight() is [_, ..] missing) throw new ProgramEndException(ExitCodes.Unavailable, string.Join("; ", missing));
        return plumber;
    }

    /// <summary>Runs networks, agent and management until the signal to stop. The networks outlive the program: guests keep their connectivity.</summary>
    public static async Task RunAsync(RoleProgram program, OwnInventory inventory, HostPlumber plumber, IUpstream upstream, CancellationToken cancellationToken)
    {
        var settings = program.Settings;
        await using var agent = new AgentServer(settings.ForAgent(), settings.Signature(), inventory.Ports, upstream, TimeProvider.System, program.Loggers);
        var loop = new HostLoop(inventory, plumber, agent, settings.ForHost(), settings.Host, program.Loggers.CreateLogger<HostLoop>());
        await using var management = program.Management(inventory, [loop], json => AgentStatusJson.Write(json, agent.Describe()));
        await management.StartAsync(cancellationToken);
        await agent.BeginAsync(cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(program.Life.Stopping, cancellationToken);
        var work = loop.RunAsync(stop.Token);
        await program.ServeAsync($"Keeping the networks of {settings.Host}");
        await agent.StopAsync(CancellationToken.None);
        await work;
    }

    /// <summary>Removes every namespace, bridge, device and daemon this state path ever made.</summary>
    private static async Task<int> TeardownAsync(HostPlumber plumber, TextWriter error, CancellationToken cancellationToken)
    {
        var report = await plumber.TeardownAsync(cancellationToken);
        foreach (var failure in report.Failures) await error.WriteLineAsync($"firstlight: {failure.Unit}: {failure.Failure}");
        return report.Succeeded ? ExitCodes.Ok : ExitCodes.Unavailable;
    }
}
