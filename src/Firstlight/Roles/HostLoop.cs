using Firstlight.Agent;
using Firstlight.Agent.Listeners;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Management;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>Keeps this host as the inventory wants it: at start, after each change notice, and again later where something failed.</summary>
internal sealed class HostLoop(OwnInventory inventory, HostPlumber plumber, AgentServer agent, HostOptions options, string host, ILogger<HostLoop> logger)
    : IReadinessCheck
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    // Nothing tells of what someone does to the kernel by hand; a look now and then repairs it.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private volatile string? _problem = "the first turn over the networks has not ended";
    private long _revisionInOrder = -1;

    /// <inheritdoc/>
    public string Name => "host";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_problem);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var notice = new SemaphoreSlim(0, 1);
        void OnChanged() => Wake(notice);

        inventory.Changes.Changed += OnChanged;
        try
        {
            var retry = FirstRetry;
            while (!cancellationToken.IsCancellationRequested)
            {
                _problem = await TurnAsync(cancellationToken);
                await notice.WaitAsync(_problem is null ? Idle : retry, cancellationToken);
                retry = _problem is null ? FirstRetry : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, LongestRetry.Ticks));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            inventory.Changes.Changed -= OnChanged;
        }
    }

    /// <summary>One turn: DHCP ports, devices and daemons, listeners.</summary>
    /// <returns>Null when all that is wanted stands, else what does not, in one line.</returns>
    private async Task<string?> TurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            var cloud = WithDhcpPorts();
            var wanted = HostWanted.From(cloud, options);
            var report = await plumber.SyncAsync(wanted, cancellationToken);
            var listeners = await agent.ReconcileAsync([.. MetadataPath.Listeners(cloud, options).Select(ToSpec)], cancellationToken);
            return Judge(cloud, wanted, report, listeners);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The outermost loop of the host: whatever this turn met, the next one tries again.
            RoleLog.TurnFailed(logger, e.Message, e);
            return e.Message;
        }
    }

    private Cloud WithDhcpPorts()
    {
        var cloud = inventory.Read();
        return ReferenceEquals(Planner.EnsureDhcpPorts(cloud, host), cloud) ? cloud : inventory.Change(current => Planner.EnsureDhcpPorts(current, host));
    }

    private string? Judge(Cloud cloud, WantedHost wanted, SyncReport report, ListenerReport listeners)
    {
        foreach (var failure in report.Failures) RoleLog.UnitFailed(logger, failure.Unit.ToString(), failure.Failure!);
        if (report.Failures.FirstOrDefault() is { } first) return $"{first.Unit}: {first.Failure}";
        if (listeners.Problems is [var problem, ..]) return $"{problem.Spec}: {problem.Reason}";
        if (Interlocked.Exchange(ref _revisionInOrder, cloud.Revision) != cloud.Revision)
            RoleLog.InOrder(logger, cloud.Revision, wanted.Networks.Length, wanted.Routers.Length, listeners.Listening);
        return null;
    }

    private static ListenerSpec ToSpec(WantedListener wanted) =>
        new(new Scope(wanted.Kind, wanted.Id), Path.Combine("/run/netns", wanted.NamespaceName), wanted.Address, wanted.Port, wanted.Device);

    private static void Wake(SemaphoreSlim notice)
    {
        try
        {
            notice.Release();
        }
        catch (SemaphoreFullException)
        {
            // A notice is waiting already; one turn sees both changes.
        }
    }
}
