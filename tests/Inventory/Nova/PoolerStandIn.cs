using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>What a pooler before PostgreSQL looks like to a client: all is passed on, but the process id it is told is made up, as pgbouncer's is.</summary>
internal sealed class PoolerStandIn : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly Task _accepting;

    /// <param name="server">Port of the real server.</param>
    public PoolerStandIn(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = PassAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), AnswerAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // One side left.
        }
    }

    // Messages are a letter, the length of the rest with itself, and the rest (PostgreSQL's documents, 55.7); K is BackendKeyData.
    private static async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var head = new byte[5];
        while (await server.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            await server.ReadExactlyAsync(rest);
            if (head[0] == 'K') BinaryPrimitives.WriteInt32BigEndian(rest, BinaryPrimitives.ReadInt32BigEndian(rest) ^ 0x5a5a);
            await client.WriteAsync(head);
            await client.WriteAsync(rest);
        }
    }
}
