using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Firstlight.Agent.Identify;
using Firstlight.Plumbing.Namespaces;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Firstlight.Agent.Listeners;

/// <summary>One listening socket, who accepts on it, and the connections that came in by it.</summary>
internal sealed class NamespaceListener
{
    private readonly Socket _socket;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly ChannelWriter<ConnectionContext> _accepted;
    private readonly HashSet<GuestConnection> _open = [];
    private readonly IAcceptor _acceptor;
    private volatile int _count;
    private bool _closed;

    /// <param name="feature">What its connections know of it.</param>
    /// <param name="socket">Listening; the listener's from here on.</param>
    /// <param name="contexts">Makes connections for Kestrel.</param>
    /// <param name="accepted">Takes them there.</param>
    /// <param name="engine">Makes the acceptor.</param>
    public NamespaceListener(
        ListenerFeature feature,
        Socket socket,
        SocketConnectionContextFactory contexts,
        ChannelWriter<ConnectionContext> accepted,
        Func<NamespaceListener, Socket, IAcceptor> engine)
    {
        Feature = feature;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _socket = socket;
        _contexts = contexts;
        _accepted = accepted;
        _acceptor = engine(this, socket);
    }

    public ListenerFeature Feature { get; }

    public int Port { get; }

    /// <inheritdoc cref="IAcceptor.HasFailed"/>
    public bool HasFailed => _acceptor.HasFailed;

    /// <summary>Whether its device was deleted, or made anew under the same name: nobody reaches it there any more.</summary>
    public bool HasLostDevice => Feature.Spec.Device is { } device && !NamespaceSockets.IsOnDevice(_socket, device);

    /// <summary>Open connections.</summary>
    public int Connections => _count + _acceptor.Connections;

    public void Start() => _acceptor.Start();

    /// <summary>Stops listening; open connections go on.</summary>
    public async Task StopListeningAsync()
    {
        await _acceptor.StopAsync();
        _socket.Dispose();
    }

    /// <inheritdoc cref="IAcceptor.DrainAsync"/>
    public Task DrainAsync(CancellationToken cancellationToken) => _acceptor.DrainAsync(cancellationToken);

    /// <summary>Stops listening and resets every open connection, so that nothing of ours keeps the namespace alive.</summary>
    public async Task CloseAsync(string reason)
    {
        GuestConnection[] open;
        lock (_open)
        {
            _closed = true;
            open = [.. _open];
        }

        await StopListeningAsync();
        await _acceptor.ResetAsync();
        foreach (var connection in open) connection.Reset(reason);
    }

    /// <summary>Gives a connection to Kestrel, or ends it if the listener is closed.</summary>
    /// <param name="socket">The listener's from here on.</param>
    /// <param name="peer">Who is at its other end.</param>
    /// <param name="replay">What was received already.</param>
    public void Admit(Socket socket, GuestPeer peer, Replay replay)
    {
        var connection = new GuestConnection(this, socket, peer, _contexts.Create(socket), replay);
        bool closed;
        lock (_open)
        {
            closed = _closed;
            if (!closed && _open.Add(connection)) _count = _open.Count;
        }

        if (!closed && _accepted.TryWrite(connection)) return;
        // Closed meanwhile: nobody will take it over, so it ends here.
        connection.Reset("the listener is closing");
        _ = connection.DisposeAsync().AsTask();
    }

    public void Forget(GuestConnection connection)
    {
        lock (_open)
        {
            _open.Remove(connection);
            _count = _open.Count;
        }
    }
}
