using System.Threading.Channels;
using Firstlight.Agent;
using Firstlight.Agent.Listeners;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Management;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>Takes what the inventory says to those who bring it about: the plumber and the agent's listeners. At start, after each change notice, and again where that failed.</summary>
internal sealed class HostLoop : IReadinessCheck
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAfterNews = TimeSpan.FromMilliseconds(200);
    private const int LooksAfterNews = 25;
    private readonly OwnInventory _inventory;
    private readonly HostPlumber _plumber;
    private readonly AgentServer _agent;
    private readonly HostOptions _options;
    private readonly string _host;
    private readonly ILogger<HostLoop> _logger;
    private readonly Lock _lock = new();
    private readonly Channel<bool> _news = NewSignal();
    private volatile string? _wishProblem = "the inventory was not read yet";
    private volatile string? _keepProblem;
    private volatile bool _wasComplete;
    private (long Revision, int Networks, int Routers) _wanted = (-1, 0, 0);

    public HostLoop(OwnInventory inventory, HostPlumber plumber, AgentServer agent, HostOptions options, string host, ILogger<HostLoop> logger)
    {
        (_inventory, _plumber, _agent, _options, _host, _logger) = (inventory, plumber, agent, options, host, logger);
        _plumber.Looked += OnLooked;
    }

    /// <inheritdoc/>
    public string Name => "host";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Judge());

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        RetryingAsync(WishAsync, problem => _wishProblem = problem, cancellationToken),
        RetryingAsync(KeepAsync, problem => _keepProblem = problem, cancellationToken),
        RetryingAsync(TellAsync, _ => { }, cancellationToken));

    /// <summary>Hands on what the inventory says, whenever it says something else.</summary>
    private async Task WishAsync(CancellationToken cancellationToken)
    {
        var notice = NewSignal();
        void OnChanged(InventoryNotice _) => notice.Writer.TryWrite(true);

        _inventory.Changes.Changed += OnChanged;
        Cloud? cloud = null;
        WantedRevision? wanted = null;
        try
        {
            while (true)
            {
                cloud = _inventory.WithDhcpPorts(_host, cloud);

                // Our own DHCP ports are told of as well.
                if (cloud.Revision != wanted?.Revision)
                {
                    wanted = WantedRevision.Of(cloud, _options, wanted);
                    _plumber.Want(wanted.Host);
                    await _agent.ReconcileAsync([.. wanted.Listeners.Select(ToSpec)], cancellationToken);
                    lock (_lock) _wanted = (wanted.Revision, wanted.Host.Networks.Length, wanted.Host.Routers.Length);
                    _wishProblem = null;
                    _news.Writer.TryWrite(true);
                }

                await notice.Reader.ReadAsync(cancellationToken);
            }
        }
        finally
        {
            _inventory.Changes.Changed -= OnChanged;
        }
    }

    private Task KeepAsync(CancellationToken cancellationToken)
    {
        _keepProblem = null;
        return _plumber.KeepAsync(cancellationToken);
    }

    /// <summary>Says once for each revision that all of it stands.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var told = -1L;
        while (true)
        {
            await _news.Reader.ReadAsync(cancellationToken);
            for (var look = 0; look < LooksAfterNews; look++)
            {
                var (revision, networks, routers) = Wanted();
                if (revision == told) break;
                if (Judge() is null && _plumber.Describe().Outstanding == 0)
                {
                    told = revision;
                    RoleLog.InOrder(_logger, revision, networks, routers, _agent.Report().Listening);
                    break;
                }

                // Listeners follow their namespaces by themselves.
                await Task.Delay(LookAfterNews, cancellationToken);
            }
        }
    }

    // The outermost loop of the host: whatever was met, it is tried again.
    private async Task RetryingAsync(Func<CancellationToken, Task> work, Action<string> failed, CancellationToken cancellationToken)
    {
        for (var pause = FirstRetry; !cancellationToken.IsCancellationRequested; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestRetry.Ticks)))
        {
            try
            {
                await work(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                RoleLog.TurnFailed(_logger, e.Message, e);
                failed(e.Message.ReplaceLineEndings(" "));
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What does not stand, in one line; null when all does. What was wanted a moment ago and is being made does not count.</summary>
    private string? Judge()
    {
        if (_wishProblem is { } wish) return wish;
        if (_keepProblem is { } keep) return keep;
        var state = _plumber.Describe();
        if (state.Outstanding == 0) Complete();
        if (!_wasComplete) return $"{state.Outstanding} networks and routers were not looked at yet";
        if (state.Failing is [var first, .. var others]) return $"{first.Unit}: {first.Reason}{(others.IsEmpty ? "" : $" (and {others.Length} more fail)")}";
        return _agent.Report().Problems.FirstOrDefault(p => state.Outstanding == 0 || p.State != ListenerState.NamespaceMissing) is { } deaf ? $"{deaf.Spec}: {deaf.Reason}" : null;
    }

    // A first look at a thousand networks leaves more garbage than all that follows; the collector alone would keep its room for good. Given back once, before anyone is told that all was looked at.
    private void Complete()
    {
        lock (_lock)
        {
            if (!_wasComplete) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _wasComplete = true;
        }
    }

    // A namespace or device that was made anew needs its listeners.
    private void OnLooked(UnitOutcome outcome)
    {
        if (!outcome.Changes.IsEmpty && outcome.Unit.Kind != UnitKind.PortGuard)
            _agent.LookAgain(PathOf(outcome.Unit.Kind == UnitKind.Network ? DeviceNames.DhcpNamespace(outcome.Unit.Id) : DeviceNames.RouterNamespace(outcome.Unit.Id)));
        _news.Writer.TryWrite(true);
    }

    private (long Revision, int Networks, int Routers) Wanted()
    {
        lock (_lock) return _wanted;
    }

    private static ListenerSpec ToSpec(WantedListener wanted) =>
        new(new Scope(wanted.Kind, wanted.Id), PathOf(wanted.NamespaceName), wanted.Address, wanted.Port, wanted.Device);

    private static string PathOf(string namespaceName) => Path.Combine("/run/netns", namespaceName);

    // One that waits already stands for all: one look sees every change before it.
    private static Channel<bool> NewSignal() => Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
