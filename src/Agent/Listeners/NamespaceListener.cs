using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Firstlight.Plumbing.Namespaces;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Listeners;

/// <summary>One listening socket, its accept loop, and the connections that came in by it.</summary>
internal sealed class NamespaceListener(
    ListenerFeature feature,
    Socket socket,
    SocketConnectionContextFactory contexts,
    ChannelWriter<ConnectionContext> accepted,
    AgentOptions options,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan ShortOfResources = TimeSpan.FromMilliseconds(100);
    private readonly HashSet<GuestConnection> _open = [];
    private Task _accepting = Task.CompletedTask;
    private bool _closed;
    private volatile bool _stopping;

    public ListenerFeature Feature => feature;

    public int Port { get; } = ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Set once the accept loop ended by itself; the listener is then of no more use.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether its device was deleted, or made anew under the same name: nobody reaches it there any more.</summary>
    public bool HasLostDevice => feature.Spec.Device is { } device && !NamespaceSockets.IsOnDevice(socket, device);

    public int Connections
    {
        get
        {
            lock (_open) return _open.Count;
        }
    }

    public void Start() => _accepting = AcceptAsync();

    /// <summary>Stops listening; open connections go on.</summary>
    public async Task StopListeningAsync()
    {
        _stopping = true;
        socket.Dispose();
        await _accepting;
    }

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
        foreach (var connection in open) connection.Reset(reason);
    }

    public void Forget(GuestConnection connection)
    {
        lock (_open) _open.Remove(connection);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping)
        {
            Socket? peer = null;
            try
            {
                peer = await socket.AcceptAsync();
                if (!TryAdmit(peer)) peer.Dispose();
            }
            catch (Exception) when (_stopping)
            {
                peer?.Dispose();
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
            {
                // The guest was gone before it was looked at.
                peer?.Dispose();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.InvalidArgument or SocketError.NotSocket)
            {
                HasFailed = true;
                ListenersLog.AcceptEnded(logger, feature.Spec, e.Message);
                return;
            }
            catch (Exception e)
            {
                // Out of descriptors or memory: the connection stays in the backlog, and looping without a pause would only burn the processor.
                peer?.Dispose();
                ListenersLog.AcceptFailed(logger, feature.Spec, e.Message);
                await Task.Delay(ShortOfResources, time);
            }
        }
    }

    private bool TryAdmit(Socket peer)
    {
        if (peer.RemoteEndPoint is not IPEndPoint from) return false;
        if (Connections >= options.MaxConnectionsPerListener)
        {
            ListenersLog.TooManyConnections(logger, feature.Spec, options.MaxConnectionsPerListener);
            return false;
        }

        var connection = new GuestConnection(this, peer, from, contexts.Create(peer));
        bool closed;
        lock (_open)
        {
            closed = _closed;
            if (!closed) _open.Add(connection);
        }

        if (!closed && accepted.TryWrite(connection)) return true;
        // Closed meanwhile: nobody will take it over, so it ends here.
        connection.Reset("the listener is closing");
        _ = connection.DisposeAsync().AsTask();
        return true;
    }
}
