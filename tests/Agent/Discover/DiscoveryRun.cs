using System.Collections.Concurrent;
using System.Net;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;

namespace Firstlight.Agent.Tests.Discover;

/// <summary>An agent whose listeners discovery decides about. It looks at no namespace but those of its test: the machine may have real ones.</summary>
internal sealed class DiscoveryRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    private DiscoveryRun(TestAgent agent, NeutronNamespaceOptions options, RecordedLog log, Func<NamespaceLook, Task>? reconciling)
    {
        Agent = agent;
        Log = log;
        Discovery = new NeutronNamespaces(options, TimeProvider.System, Log);
        _running = Discovery.RunAsync(
            async (wanted, cancellationToken) =>
            {
                var look = new NamespaceLook([.. wanted()]);
                if (reconciling is not null) await reconciling(look);
                await agent.Server.ReconcileAsync(
                    () =>
                    {
                        look = new NamespaceLook([.. wanted()]);
                        Looks.Enqueue(look);
                        return look.Wanted;
                    },
                    cancellationToken);
                Turns++;
            },
            _ending.Token);
    }

    public TestAgent Agent { get; }

    public NeutronNamespaces Discovery { get; }

    public RecordedLog Log { get; }

    /// <summary>Every set of wanted listeners, in order.</summary>
    public ConcurrentQueue<NamespaceLook> Looks { get; } = new();

    /// <summary>How often the agent was told of wanted listeners and had done what it could.</summary>
    public int Turns { get; private set; }

    /// <summary>Starts with no interval short enough to help: what a test sees soon was told by the kernel.</summary>
    public static async Task<DiscoveryRun> StartAsync(
        IReadOnlyCollection<string> names, Func<NeutronNamespaceOptions, NeutronNamespaceOptions>? change = null, Func<NamespaceLook, Task>? reconciling = null, bool isApart = true)
    {
        var options = new NeutronNamespaceOptions { Includes = names.Contains, SweepInterval = TimeSpan.FromHours(1) };
        options = change?.Invoke(options) ?? options;
        var log = new RecordedLog();
        var agent = await TestAgent.StartAsync(new AgentOptions { NamespaceDirectory = options.Directory, RescanInterval = TimeSpan.FromHours(1) }, loggers: log, isApart: isApart);
        return new DiscoveryRun(agent, options, log, reconciling);
    }

    /// <summary>The addresses that are listened on in namespaces, such as <c>169.254.169.254:80</c>.</summary>
    public string[] Listening() =>
        [.. Agent.Server.Describe().Listeners.Where(l => l.NamespacePath.Length > 0 && l.State == ListenerState.Listening).Select(l => new IPEndPoint(l.Address, l.Port).ToString()).Order(StringComparer.Ordinal)];

    public Task ListensOn(params string[] endPoints) =>
        Eventually.IsTrue(() => Listening().SequenceEqual(endPoints.Order(StringComparer.Ordinal)), $"it listens on {(endPoints.Length == 0 ? "nothing" : string.Join(", ", endPoints))}");

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        await Agent.DisposeAsync();
        _ending.Dispose();
    }

    public static Scope Network(string id) => new(ScopeKind.Network, id);

    public static Scope Router(string id) => new(ScopeKind.Router, id);

    public static string NewId() => Guid.NewGuid().ToString();
}

/// <summary>One set of wanted listeners.</summary>
internal sealed record NamespaceLook(IReadOnlyList<ListenerSpec> Wanted);
