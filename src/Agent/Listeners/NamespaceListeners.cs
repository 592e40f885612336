using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Firstlight.Plumbing.Namespaces;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Listeners;

/// <summary>Many listening sockets, each in a namespace of its own, that look like one listener to Kestrel. They come and go at run time.</summary>
/// <remarks>
/// Wanted state is a set of specs; a turn opens what is missing and closes what is gone. Turns run one at a time: on a new set, when the namespace
/// directory changes, when a failed one is due again, and every few seconds in case a change was missed. Only the last, and who asks for it, has the kernel
/// asked about every listener: among thousands of namespaces, one that comes or goes costs no look at the others.
/// </remarks>
internal sealed class NamespaceListeners : IConnectionListener
{
    private const int ListenBacklog = 4096;
    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NamespaceSockets _sockets = new();
    private readonly SocketConnectionContextFactory _contexts;
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<ListenerSpec, WantedListener> _wanted = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer _alarm;
    private readonly NamespaceWatch _watch;
    private readonly Task _keeping;
    private bool _unbound;
    private int _disposed;
    private long _lookedAtAll;

    public NamespaceListeners(AgentOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<NamespaceListeners>();
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), _logger);
        _alarm = time.CreateTimer(static state => ((NamespaceListeners)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _watch = new NamespaceWatch(options.NamespaceDirectory, OnNamespaceChanged);
        _keeping = KeepAsync();
    }

    public EndPoint EndPoint => GuestEndPoint.Instance;

    /// <summary>Makes the acceptor of a listening socket. Default: by the runtime's sockets.</summary>
    public Func<NamespaceListener, Socket, IAcceptor>? Engine { get; set; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection)) return connection;
        }

        return null;
    }

    /// <summary>Makes the open listeners those that <paramref name="wanted"/> says, which is asked within the turn, and says how far that got.</summary>
    /// <param name="wanted">The listeners.</param>
    /// <param name="isLook">Whether those that stay are looked at as well, each by a question to the kernel.</param>
    /// <param name="cancellationToken">Ends the turn between two listeners.</param>
    public async Task<ListenerReport> ReconcileAsync(Func<IReadOnlyCollection<ListenerSpec>> wanted, bool isLook, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_unbound, this);
            var specs = wanted().ToHashSet();
            foreach (var (spec, entry) in _wanted)
            {
                if (entry.IsHome || specs.Contains(spec)) continue;
                await CloseAsync(entry, "its listener is no longer wanted");
                _wanted.TryRemove(spec, out _);
                ListenersLog.Closed(_logger, spec);
            }

            foreach (var spec in specs) _wanted.TryAdd(spec, new WantedListener(spec));
            await TurnAsync(retryAll: true, isLook, cancellationToken);
            return Report();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Something in a namespace was made anew: what does not listen there is tried at once, and what does is looked at.</summary>
    public void LookAgain(string namespacePath) => OnNamespaceChanged(namespacePath);

    /// <summary>Adds the listeners of the process's own namespace. They stay until the end.</summary>
    /// <exception cref="SocketException">The address is taken or not there.</exception>
    public void ListenAtHome(IEnumerable<HomeListener> listeners)
    {
        foreach (var listener in listeners)
        {
            var socket = new Socket(listener.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(listener.EndPoint);
                socket.Listen(ListenBacklog);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            var spec = new ListenerSpec(listener.Scope, "", listener.EndPoint.Address, ((IPEndPoint)socket.LocalEndPoint!).Port, Device: null);
            var entry = new WantedListener(spec) { IsHome = true };
            _wanted[spec] = entry;
            Begin(entry, socket, default);
        }
    }

    public IReadOnlyList<ListenerStatus> Describe() => [.. _wanted.Values.Select(static entry => entry.Describe())];

    public int CountListening() => _wanted.Values.Count(static entry => entry.Listener is not null);

    public int CountConnections() => _wanted.Values.Sum(static entry => entry.Listener?.Connections ?? 0);

    /// <summary>Stops listening everywhere and ends the loop; open connections are Kestrel's to drain.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (!await StopListeningAsync(cancellationToken)) return;
        try
        {
            await Task.WhenAll(Listeners().Select(listener => listener.DrainAsync(cancellationToken)));
        }
        catch (OperationCanceledException)
        {
            // Who is not done by then is reset.
        }
    }

    /// <summary>Closes what is left. Kestrel does it when it stops; the agent once more in case it never started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await StopListeningAsync(CancellationToken.None);
        while (_accepted.Reader.TryRead(out var left)) await left.DisposeAsync();
        foreach (var entry in _wanted.Values) await CloseAsync(entry, "the agent stopped");
        _wanted.Clear();
        _contexts.Dispose();
        _sockets.Dispose();
        _ending.Dispose();
    }

    private IEnumerable<NamespaceListener> Listeners() => _wanted.Values.Select(static entry => entry.Listener).OfType<NamespaceListener>();

    /// <returns>False when that was done before.</returns>
    private async Task<bool> StopListeningAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_unbound) return false;
            _unbound = true;
            foreach (var listener in Listeners()) await listener.StopListeningAsync();
        }
        finally
        {
            _turn.Release();
        }

        _accepted.Writer.TryComplete();
        _watch.Dispose();
        await _alarm.DisposeAsync();
        await _ending.CancelAsync();
        await _keeping;
        return true;
    }

    private void OnNamespaceChanged(string? path)
    {
        foreach (var entry in _wanted.Values)
        {
            if (path is null || entry.Spec.NamespacePath == path) entry.LookSoon();
        }

        Wake();
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task KeepAsync()
    {
        try
        {
            while (true)
            {
                await _wake.Reader.ReadAsync(_ending.Token);
                await _turn.WaitAsync(_ending.Token);
                try
                {
                    if (_unbound) return;
                    await TurnAsync(retryAll: false, isLook: false, _ending.Token);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    ListenersLog.TurnFailed(_logger, e);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ending.
        }
    }

    private async Task TurnAsync(bool retryAll, bool isLook, CancellationToken cancellationToken)
    {
        _watch.EnsureWatching();
        var next = _options.RescanInterval;
        var isFull = isLook || _lookedAtAll == 0 || _time.GetElapsedTime(_lookedAtAll) >= _options.RescanInterval;
        if (isFull) _lookedAtAll = _time.GetTimestamp();
        else next -= _time.GetElapsedTime(_lookedAtAll);
        try
        {
            foreach (var entry in _wanted.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.IsHome) continue;
                if (entry.Listener is { } open && (entry.TakeLook() || isFull || open.HasFailed)) await CloseIfGoneAsync(entry);
                if (entry.Listener is null && (retryAll || entry.DueIn(_time) <= TimeSpan.Zero)) TryOpen(entry);
                if (entry.Listener is null && entry.DueIn(_time) is var wait && wait < next) next = wait;
            }
        }
        finally
        {
            _alarm.Change(next > TimeSpan.Zero ? next : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    // A listening socket keeps a deleted namespace alive, and with it the cable of a network that no longer exists.
    private async Task CloseIfGoneAsync(WantedListener entry)
    {
        if (entry.Listener!.HasFailed)
        {
            await CloseAsync(entry, "its accept loop ended");
            return;
        }

        if (NamespaceInode.TryRead(entry.Spec.NamespacePath) != entry.Inode)
        {
            await CloseAsync(entry, "its namespace was deleted");
            ListenersLog.NamespaceGone(_logger, entry.Spec);
        }
        else if (entry.Listener.HasLostDevice)
        {
            await CloseAsync(entry, "its device was deleted");
            ListenersLog.DeviceGone(_logger, entry.Spec);
        }
    }

    private void TryOpen(WantedListener entry)
    {
        var spec = entry.Spec;
        try
        {
            // Blocks this pool thread for some ten microseconds: the visit happens on the namespace thread.
            var socket = _sockets.OpenListener(spec.NamespacePath, new IPEndPoint(spec.Address, spec.Port), spec.Device, out var inode);
            Begin(entry, socket, inode);
            ListenersLog.Listening(_logger, spec);
        }
        catch (NamespaceSocketException e)
        {
            var isMissing = e.Failure == NamespaceSocketFailure.NamespaceMissing;
            if (!entry.Fail(isMissing ? ListenerState.NamespaceMissing : ListenerState.Failing, e.Message, _time)) return;
            if (isMissing) ListenersLog.Waiting(_logger, spec);
            else if (e.Failure == NamespaceSocketFailure.AddressInUse) ListenersLog.AddressTaken(_logger, spec);
            else ListenersLog.NotListening(_logger, spec, e.Message);
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            if (entry.Fail(ListenerState.Failing, e.Message, _time)) ListenersLog.NotListening(_logger, spec, e.Message);
        }
    }

    private void Begin(WantedListener entry, Socket socket, NamespaceInode inode)
    {
        var listener = new NamespaceListener(
            entry.Feature, socket, _contexts, _accepted.Writer, Engine ?? ((home, listening) => new SocketAcceptor(home, listening, _options, _time, _logger)));
        entry.Opened(listener, inode);
        listener.Start();
    }

    private static async Task CloseAsync(WantedListener entry, string reason)
    {
        if (entry.Closed() is { } listener) await listener.CloseAsync(reason);
    }

    /// <summary>How far the listeners are those last wanted.</summary>
    public ListenerReport Report()
    {
        var listening = 0;
        var problems = new List<ListenerProblem>();
        foreach (var entry in _wanted.Values)
        {
            if (entry.IsHome) continue;
            if (entry.Listener is not null) listening++;
            else problems.Add(new ListenerProblem(entry.Spec, entry.State, entry.Problem ?? "not tried yet"));
        }

        return new ListenerReport(listening, problems);
    }
}
