using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Tests.Support;

/// <summary>A server in a namespace that says what it is told to say to whoever asks, and remembers who did.</summary>
internal sealed class OnePageServer : IDisposable
{
    private readonly NamespaceSockets _sockets = new();
    private readonly Socket _listener;
    private readonly Func<IPAddress, string, string?> _answer;
    private readonly Lock _gate = new();
    private readonly List<(IPAddress From, string Path)> _asked = [];

    /// <param name="space">Where it listens, on 169.254.169.254:80.</param>
    /// <param name="answer">A whole answer for an address and a path; null to say nothing at all and wait.</param>
    public OnePageServer(TestNamespace space, Func<IPAddress, string, string?> answer)
    {
        _answer = answer;
        _listener = _sockets.OpenListener(space.Path, new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80), device: null);
        _ = AcceptAsync();
    }

    public IReadOnlyList<(IPAddress From, string Path)> Asked
    {
        get
        {
            lock (_gate) return [.. _asked];
        }
    }

    /// <summary>An answer with a body; the server closes after it only where it says so.</summary>
    public static string Page(string body, int status = 200, bool close = false) =>
        $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n{(close ? "Connection: close\r\n" : "")}\r\n{body}";

    public void Dispose()
    {
        _listener.Dispose();
        _sockets.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            var from = ((IPEndPoint)connection.RemoteEndPoint!).Address;
            var buffer = new byte[4096];
            var count = await connection.ReceiveAsync(buffer);
            var request = Encoding.ASCII.GetString(buffer, 0, count);
            var path = request.Split(' ')[1];
            lock (_gate) _asked.Add((from, path));
            if (_answer(from, path) is { } answer)
            {
                await connection.SendAsync(Encoding.ASCII.GetBytes(answer));
                if (answer.Contains("Connection: close", StringComparison.Ordinal)) return;
            }

            // Until the client closes.
            while (await connection.ReceiveAsync(buffer) > 0)
            {
            }
        }
    }
}
