using Firstlight.Agent;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Proxies;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory.Neutron.Heartbeat;
using Firstlight.Management;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The metadata agent beside Neutron's other agents: ports from Neutron's API, documents from Nova's metadata API or its databases.</summary>
internal static class MetadataAgentRole
{
    /// <summary>Runs until the signal to stop.</summary>
    public static async Task RunAsync(RoleProgram program, NeutronAgentSettings wanted, CancellationToken cancellationToken)
    {
        if (wanted.InNamespaces && !Capabilities.MayEnterNamespaces())
            throw new ProgramEndException(ExitCodes.NotPermitted, "[firstlight] agent_listen has namespaces: entering them needs root, or CAP_SYS_ADMIN and CAP_NET_BIND_SERVICE");

        using var neutron = new NeutronPorts(program, wanted);
        if (program.Settings.Nova is { } nova)
        {
            await using var inProcess = new NovaApi(program, nova);
            await RunAsync(program, wanted, neutron, new InProcessUpstream(inProcess.Api), [inProcess.Readiness], cancellationToken);
            return;
        }

        using var upstream = new HttpUpstream(program.Settings.Agent.Upstream, TimeProvider.System, program.Loggers.CreateLogger<HttpUpstream>());
        await RunAsync(program, wanted, neutron, upstream, [], cancellationToken);
    }

    private static async Task RunAsync(
        RoleProgram program, NeutronAgentSettings wanted, NeutronPorts neutron, IUpstream upstream, IReadOnlyList<IReadinessCheck> checks, CancellationToken cancellationToken)
    {
        var settings = program.Settings;
        var options = settings.ForAgent() with { ProxySocket = wanted.OnSocket ? settings.ProxySocket : null };
        await using var agent = new AgentServer(options, settings.Signature(), neutron.Directory, upstream, TimeProvider.System, program.Loggers);
        await using var management = program.Management([neutron.Readiness, .. checks], json => AgentStatusJson.Write(json, agent.Describe()));
        await StartAsync(agent, management, cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(program.Life.Stopping, cancellationToken);
        var work = Task.WhenAll(
            UntilStopped(neutron.CheckAsync, stop.Token),
            UntilStopped(token => ReportAsync(program, wanted, token), stop.Token),
            UntilStopped(token => wanted.InNamespaces ? DiscoverAsync(program, wanted, agent, token) : Task.CompletedTask, stop.Token));
        await program.ServeAsync($"Metadata agent of {settings.Host}{(wanted.OnSocket ? $" on {settings.ProxySocket.Path}" : "")}{(wanted.InNamespaces ? ", in Neutron's namespaces" : "")}");
        await stop.CancelAsync();
        await agent.StopAsync(CancellationToken.None);
        await work;
    }

    // The socket first: where another agent serves it, nothing else is begun.
    private static async Task StartAsync(AgentServer agent, ManagementServer management, CancellationToken cancellationToken)
    {
        try
        {
            await agent.StartAsync(cancellationToken);
        }
        catch (ProxySocketException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }

        await management.StartAsync(cancellationToken);
    }

    private static Task DiscoverAsync(RoleProgram program, NeutronAgentSettings wanted, AgentServer agent, CancellationToken cancellationToken)
    {
        var namespaces = new NeutronNamespaces(
            new NeutronNamespaceOptions
            {
                MetadataPort = program.Settings.Router.MetadataPort,
                StandInDirectory = wanted.StandInDirectory,
                OnlyRegistered = wanted.OnlyRegistered,
            },
            TimeProvider.System,
            program.Loggers);
        return namespaces.RunAsync(agent.ReconcileAsync, cancellationToken);
    }

    private static async Task ReportAsync(RoleProgram program, NeutronAgentSettings wanted, CancellationToken cancellationToken)
    {
        if (wanted.Bus is not { } bus)
        {
            RoleLog.NoBus(program.Loggers.CreateLogger<RoleProgram>());
            return;
        }

        var heartbeat = new AgentHeartbeat(program.Settings.ForHeartbeat(bus), program.Loggers.CreateLogger<AgentHeartbeat>(), TimeProvider.System);
        await heartbeat.RunAsync(cancellationToken);
    }

    private static async Task UntilStopped(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }
}
