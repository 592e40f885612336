using Firstlight.Agent.Forward;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Loop;
using Firstlight.Agent.Proxies;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent;

/// <summary>The metadata agent of a host: listens inside namespaces, finds out which port asks, signs, forwards, answers.</summary>
/// <remarks>Started and stopped once. Directory and upstream belong to the caller and are not disposed.</remarks>
public sealed class AgentServer : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly NamespaceListeners _listeners;
    private readonly ProxySocketListener? _proxies;
    private readonly AgentMetrics _metrics;
    private readonly RateLimiter? _limiter;
    private readonly Identifier _identifier;
    private readonly GuestApplication _application;
    private readonly GuestServer _server;
    private readonly GuestLoops? _loops;
    private int _stopped;

    /// <summary>Puts the agent together; nothing listens yet.</summary>
    /// <param name="options">Limits and times.</param>
    /// <param name="signature">Of the secret shared with the metadata API.</param>
    /// <param name="ports">Says which port asks.</param>
    /// <param name="upstream">The metadata API.</param>
    /// <param name="time">Clock.</param>
    /// <param name="loggers">Logs; event ids 4000 to 4999.</param>
    public AgentServer(AgentOptions options, Signature signature, IPortDirectory ports, IUpstream upstream, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _listeners = new NamespaceListeners(options, time, loggers);
        if (options.ProxySocket is { } socket) _proxies = new ProxySocketListener(socket, time, loggers);
        _metrics = new AgentMetrics(_listeners);
        _limiter = options.RateLimit is { } limit ? new RateLimiter(limit, time) : null;
        _identifier = new Identifier(new MeasuredDirectory(ports, _metrics, time), signature, options, time, loggers.CreateLogger<Identifier>());
        var forwarder = new Forwarder(upstream, options, time, loggers.CreateLogger<Forwarder>());
        var path = new GuestPath(_identifier, forwarder, time);
        var proxies = _proxies is null ? null : new ProxyFace(options, _proxies, time, loggers.CreateLogger<ProxyFace>());
        _application = new GuestApplication(path, proxies, options, _metrics, time, loggers.CreateLogger<GuestApplication>()) { Limiter = _limiter };
        var transport = new AgentTransport(_listeners, _proxies);
        _server = new GuestServer(options, transport, transport.EndPoints, loggers);
        if (options.Engine != GuestEngine.Lean || !upstream.KeepsAnswers) return;
        _loops = new GuestLoops(options.Loops > 0 ? options.Loops : GuestLoops.ByProcessors(Environment.ProcessorCount), time, loggers);
        var talk = new GuestTalk(path, _limiter, _metrics, time, loggers.CreateLogger<GuestTalk>());
        _listeners.Engine = (home, socket) => new LoopAcceptor(home, socket, _loops.Next(), talk, options, time, loggers.CreateLogger<LoopAcceptor>());
    }

    /// <summary>
    /// Begins to answer: at once on <see cref="AgentOptions.HomeListeners"/> and <see cref="AgentOptions.ProxySocket"/>, in namespaces as they are reconciled.
    /// </summary>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="System.Net.Sockets.SocketException">A home listener's address is taken or not there.</exception>
    /// <exception cref="ProxySocketException">The proxies' socket cannot be had: another agent serves it, or something else is at its path.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _proxies?.Listen();
        _listeners.ListenAtHome(_options.HomeListeners);
        await _server.StartAsync(_application, cancellationToken);
    }

    /// <summary>Makes the listeners in namespaces those of <paramref name="wanted"/>: opens what is missing, closes the rest with its connections.
    /// Those that stay are looked at when that is due (<see cref="AgentOptions.RescanInterval"/>) or their namespace is told of, not with each new set.</summary>
    /// <param name="wanted">All of them. A namespace that does not exist yet is opened when it appears; one that fails never disturbs another.</param>
    /// <param name="cancellationToken">Ends the turn; what was not tried is tried by the agent's own loop.</param>
    /// <returns>How far it got.</returns>
    /// <exception cref="ObjectDisposedException">The agent was stopped.</exception>
    public Task<ListenerReport> ReconcileAsync(IReadOnlyCollection<ListenerSpec> wanted, CancellationToken cancellationToken) =>
        _listeners.ReconcileAsync(() => wanted, isLook: false, cancellationToken);

    /// <summary>The same where what is wanted follows from what namespaces there are, and those that stay are looked at too.</summary>
    /// <param name="wanted">
    /// Looks and says; called when it is this turn. Between its look and what is done about it the agent opens and closes nothing by itself, so that a namespace
    /// made anew meanwhile is not closed for having been away.
    /// </param>
    /// <param name="cancellationToken">As above.</param>
    /// <inheritdoc cref="ReconcileAsync(IReadOnlyCollection{ListenerSpec}, CancellationToken)"/>
    public Task<ListenerReport> ReconcileAsync(Func<IReadOnlyCollection<ListenerSpec>> wanted, CancellationToken cancellationToken) =>
        _listeners.ReconcileAsync(wanted, isLook: true, cancellationToken);

    /// <summary>How far the listeners are those last wanted.</summary>
    public ListenerReport Report() => _listeners.Report();

    /// <summary>Something in a namespace was made or made anew: its listeners are opened, or looked at, without waiting for the next turn.</summary>
    /// <param name="namespacePath">File of the namespace.</param>
    public void LookAgain(string namespacePath) => _listeners.LookAgain(namespacePath);

    /// <summary>Stops listening, lets running requests finish for at most <see cref="AgentOptions.DrainTimeout"/>, then closes everything.</summary>
    /// <param name="cancellationToken">Ends the draining early.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        using var drain = new CancellationTokenSource(_options.DrainTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, cancellationToken);
        await _server.StopAsync(either.Token);
        await _server.DisposeAsync();
        await _listeners.DisposeAsync();
        _loops?.Dispose();
        if (_proxies is not null) await _proxies.DisposeAsync();
        _metrics.Dispose();
        _limiter?.Dispose();
    }

    /// <summary>What the agent does now. Looks at every thread of the process: for health checks, not for the request path.</summary>
    public AgentStatus Describe() =>
        new(_listeners.Describe(), _identifier.LastFetches(), ThreadNamespaceCheck.CountInfected()) { ProxySocket = _proxies?.Describe() };

    /// <summary>Stops, if that was not done.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);
}
