using System.Text.Json;
using Firstlight.Agent;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Inventory.Neutron.Heartbeat;
using Firstlight.Management;
using Firstlight.Plumbing.Processes;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The metadata agent beside Neutron's other agents: ports from Neutron's API, documents from Nova's metadata API or its databases.</summary>
internal sealed class MetadataAgentRole
{
    private readonly RoleProgram _program;
    private readonly NeutronAgentSettings _wanted;
    private readonly NeutronNamespaces? _namespaces;
    private readonly AgentHeartbeat? _heartbeat;

    private MetadataAgentRole(RoleProgram program, NeutronAgentSettings wanted)
    {
        _program = program;
        _wanted = wanted;
        if (wanted.InNamespaces) _namespaces = new NeutronNamespaces(ForNamespaces(), TimeProvider.System, program.Loggers);
        if (wanted.Bus is { } bus) _heartbeat = new AgentHeartbeat(program.Settings.ForHeartbeat(bus), program.Loggers.CreateLogger<AgentHeartbeat>(), TimeProvider.System);
        else RoleLog.NoBus(program.Loggers.CreateLogger<RoleProgram>());
    }

    /// <summary>Runs until the signal to stop.</summary>
    public static async Task RunAsync(RoleProgram program, NeutronAgentSettings wanted, CancellationToken cancellationToken)
    {
        if (wanted.InNamespaces && !Capabilities.MayEnterNamespaces())
            throw new ProgramEndException(ExitCodes.NotPermitted, "[firstlight] agent_listen has namespaces: entering them needs root, or CAP_SYS_ADMIN and CAP_NET_BIND_SERVICE");

        var role = new MetadataAgentRole(program, wanted);
        if (program.Settings.Nova is { } nova)
        {
            await using var inProcess = new NovaApi(program, nova);
            await role.RunAsync(new InProcessUpstream(inProcess.Api), [inProcess.Readiness], _ => { }, cancellationToken);
            return;
        }

        using var upstream = new HttpUpstream(program.Settings.Agent.Upstream, TimeProvider.System, program.Loggers.CreateLogger<HttpUpstream>());
        await role.RunAsync(upstream, [], json => MetadataAgentStatusJson.Write(json, upstream.Describe()), cancellationToken);
    }

    private async Task RunAsync(IUpstream upstream, IReadOnlyList<IReadinessCheck> checks, Action<Utf8JsonWriter> describeUpstream, CancellationToken cancellationToken)
    {
        var settings = _program.Settings;
        using var neutron = new NeutronPorts(_program, _wanted);
        var options = settings.ForAgent() with { ProxySocket = _wanted.OnSocket ? settings.ProxySocket : null };
        await using var agent = new AgentServer(options, settings.Signature(), neutron.Directory, upstream, TimeProvider.System, _program.Loggers);
        await using var management = _program.Management([neutron.Readiness, .. checks], json => AgentStatusJson.Write(json, agent.Describe(), more =>
        {
            describeUpstream(more);
            if (_namespaces is not null) MetadataAgentStatusJson.Write(more, _namespaces.Describe());
            if (_heartbeat is not null) MetadataAgentStatusJson.Write(more, _heartbeat.Describe());
        }));

        // The socket first: where another agent serves it, nothing else is begun.
        await agent.BeginAsync(cancellationToken);
        await management.StartAsync(cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_program.Life.Stopping, cancellationToken);
        var work = Task.WhenAll(
            UntilStopped(neutron.CheckAsync, stop.Token),
            UntilStopped(token => _heartbeat?.RunAsync(token) ?? Task.CompletedTask, stop.Token),
            UntilStopped(token => _namespaces?.RunAsync(agent.ReconcileAsync, token) ?? Task.CompletedTask, stop.Token));
        await _program.ServeAsync(Title());
        await stop.CancelAsync();
        await agent.StopAsync(CancellationToken.None);
        await work;
    }

    private string Title() =>
        $"Metadata agent of {_program.Settings.Host}{(_wanted.OnSocket ? $" on {_program.Settings.ProxySocket.Path}" : "")}{(_wanted.InNamespaces ? ", in Neutron's namespaces" : "")}";

    private NeutronNamespaceOptions ForNamespaces() => new()
    {
        MetadataPort = _program.Settings.Router.MetadataPort,
        StandInDirectory = _wanted.StandInDirectory,
        OnlyRegistered = _wanted.OnlyRegistered,
    };

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
