using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Listeners;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A running agent with a directory and an upstream of the test's own.</summary>
internal sealed class TestAgent : IAsyncDisposable
{
    public static readonly Scope HomeScope = new(ScopeKind.Network, "home");
    public static readonly Signature Signature = new("secret");

    private TestAgent(AgentOptions options, IUpstream? upstream, ILoggerFactory? loggers, bool isApart)
    {
        Upstream.KeepsAnswers = !isApart;
        Server = new AgentServer(options, Signature, Directory, upstream ?? Upstream, Time, loggers ?? NullLoggerFactory.Instance);
    }

    public TestDirectory Directory { get; } = new();

    public TestUpstream Upstream { get; } = new();

    public SteppedTime Time { get; } = new();

    public AgentServer Server { get; }

    /// <summary>Where it listens on loopback, with <see cref="HomeScope"/>.</summary>
    public IPEndPoint Home
    {
        get
        {
            var listener = Server.Describe().Listeners.First(listener => listener.NamespacePath.Length == 0);
            return new IPEndPoint(listener.Address, listener.Port);
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="options">Its options; where it listens at home is added.</param>
    /// <param name="upstream">Default: <see cref="Upstream"/>.</param>
    /// <param name="loggers">Default: none.</param>
    /// <param name="isApart">Whether <see cref="Upstream"/> is like a metadata API that is another process: the agent then remembers answers itself, and the engine is Kestrel.</param>
    public static async Task<TestAgent> StartAsync(AgentOptions? options = null, IUpstream? upstream = null, ILoggerFactory? loggers = null, bool isApart = false)
    {
        options = (options ?? new AgentOptions()) with { HomeListeners = [new HomeListener(new IPEndPoint(IPAddress.Loopback, 0), HomeScope)] };
        var agent = new TestAgent(options, upstream, loggers, isApart);
        await agent.Server.StartAsync(CancellationToken.None);
        return agent;
    }

    public Task<ListenerReport> ListenAsync(params ListenerSpec[] specs) => Server.ReconcileAsync(() => specs, CancellationToken.None);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public static Scope Network(string id) => new(ScopeKind.Network, id);

    public static ListenerSpec On(TestNamespace @namespace, Scope scope) =>
        new(scope, @namespace.Path, MetadataAddress.V4, MetadataAddress.GuestPort, Device: null);
}

internal static class Eventually
{
    /// <summary>Looks until it is so.</summary>
    public static async Task IsTrue(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!condition())
        {
            if (DateTime.UtcNow > deadline) throw new TimeoutException($"it never came true that {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>Tries until the connection is not refused.</summary>
    public static async Task<T> Connects<T>(Func<Task<T>> attempt, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (SocketException e)
            {
                if (DateTime.UtcNow > deadline) throw new TimeoutException($"it never came true that {what}", e);
                await Task.Delay(10);
            }
        }
    }
}
