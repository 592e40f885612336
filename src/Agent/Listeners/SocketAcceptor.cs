using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Listeners;

/// <summary>Accepts by the runtime's sockets and gives every connection to Kestrel.</summary>
internal sealed class SocketAcceptor(NamespaceListener home, Socket socket, AgentOptions options, TimeProvider time, ILogger logger) : IAcceptor
{
    private static readonly TimeSpan ShortOfResources = TimeSpan.FromMilliseconds(100);
    private Task _accepting = Task.CompletedTask;
    private volatile bool _stopping;

    public int Connections => 0;

    public bool HasFailed { get; private set; }

    public void Start() => _accepting = AcceptAsync();

    public async Task StopAsync()
    {
        _stopping = true;
        socket.Dispose();
        await _accepting;
    }

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ResetAsync() => Task.CompletedTask;

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
                ListenersLog.AcceptEnded(logger, home.Feature.Spec, e.Message);
                return;
            }
            catch (Exception e)
            {
                // Out of descriptors or memory: the connection stays in the backlog, and looping without a pause would only burn the processor.
                peer?.Dispose();
                ListenersLog.AcceptFailed(logger, home.Feature.Spec, e.Message);
                await Task.Delay(ShortOfResources, time);
            }
        }
    }

    private bool TryAdmit(Socket peer)
    {
        if (peer.RemoteEndPoint is not IPEndPoint from) return false;
        if (home.Connections >= options.MaxConnectionsPerListener)
        {
            ListenersLog.TooManyConnections(logger, home.Feature.Spec, options.MaxConnectionsPerListener);
            Refuse(peer);
            return false;
        }

        home.Admit(peer, new GuestPeer(home.Feature.Scope, from.Address), Replay.None);
        return true;
    }

    // Closing a connection on which something is unread resets it, and what was said may be lost with that: so what came already is read.
    private static void Refuse(Socket peer)
    {
        peer.Blocking = false;
        peer.Send(TooManyConnections.Answer, SocketFlags.None, out _);
        Span<byte> unread = stackalloc byte[4096];
        peer.Receive(unread, SocketFlags.None, out _);
    }
}
