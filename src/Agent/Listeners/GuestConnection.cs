using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Identify;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Firstlight.Agent.Listeners;

/// <summary>One guest's connection: the framework's own socket connection, with a <see cref="GuestOrigin"/>.</summary>
/// <remarks>It wraps rather than listens for the end, because the end that matters here is that of the socket, which is when Kestrel disposes it.</remarks>
internal sealed class GuestConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly Socket _socket;
    private readonly NamespaceListener _home;

    public GuestConnection(NamespaceListener home, Socket socket, GuestPeer peer, ConnectionContext inner, Replay replay)
    {
        _home = home;
        _socket = socket;
        _inner = inner;
        Transport = replay.Received.Length == 0 ? inner.Transport : new ReplayedTransport(inner.Transport, replay.Received);
        inner.Features.Set(new GuestOrigin(home.Feature, peer, replay.IsCounted));
    }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    public override void Abort() => _inner.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    /// <summary>Ends it with a reset: a polite close would leave a half-closed socket behind, which keeps the namespace alive.</summary>
    public void Reset(string reason)
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // Already gone, which is what is wanted.
        }
        catch (ObjectDisposedException)
        {
            // The same.
        }

        _inner.Abort(new ConnectionAbortedException(reason));
    }

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await base.DisposeAsync();
        _home.Forget(this);
    }
}
