using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A TCP server in the metadata API's place that answers with whatever bytes the test wants.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Func<RawPeer, Socket, Task> _answer;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="answer">Called for each request, whose header was read; the connection is closed when it throws or closes it itself.</param>
    public RawPeer(Func<RawPeer, Socket, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that did not end yet.</summary>
    public int Open => _sockets.Count(static socket => !socket.SafeHandle.IsClosed);

    /// <summary>Header blocks, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static RawPeer Saying(string text) => new(async (_, socket) =>
    {
        await socket.SendAsync(Encoding.Latin1.GetBytes(text));
        socket.Shutdown(SocketShutdown.Send);
    });

    public static RawPeer Answering(string text) => new(async (_, socket) => await socket.SendAsync(Encoding.Latin1.GetBytes(text)));

    public static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Ends a connection with a reset.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                _sockets.Add(socket);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[8192];
            var text = "";
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                text += Encoding.Latin1.GetString(buffer, 0, read);
                while (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
                {
                    Requests.Enqueue(text[..end]);
                    text = text[(end + 4)..];
                    await _answer(this, socket);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection ended, by us or by them.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
