using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The machine outside: it tells whoever asks from which address it was asked.</summary>
internal sealed class WhoAsks : IDisposable
{
    public const int Port = 8000;
    private readonly Socket _listener;
    private readonly Task _answering;

    public WhoAsks(NamespaceSockets sockets, string @namespace)
    {
        _listener = sockets.OpenListener(Path.Combine("/run/netns", @namespace), new IPEndPoint(IPAddress.Any, Port), device: null);
        _answering = AcceptAsync();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _answering.GetAwaiter().GetResult();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private static async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await socket.ReceiveAsync(new byte[4096]);
                await socket.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{((IPEndPoint)socket.RemoteEndPoint!).Address}"));
            }
            catch (SocketException)
            {
                // A guest whose way was cut.
            }
        }
    }
}
