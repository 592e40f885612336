using System.Net.Sockets;
using System.Text;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>What stands at the agent's socket: answers every request with the head it came with, so that a guest can tell what haproxy made of its request.</summary>
internal sealed class SocketEcho : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public SocketEcho(string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(16);
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptAsync(_end.Token);
                await AnswerAsync(connection);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        var head = "";
        var buffer = new byte[4096];
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await connection.ReceiveAsync(buffer, _end.Token);
            if (count == 0) return;
            head += Encoding.ASCII.GetString(buffer, 0, count);
        }

        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {head.Length}\r\nConnection: close\r\n\r\n{head}"), _end.Token);
    }
}
