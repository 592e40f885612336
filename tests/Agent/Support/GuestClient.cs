using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Tests.Support;

/// <summary>What came back.</summary>
internal sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A guest: raw HTTP over a socket opened in its namespace.</summary>
internal static class GuestClient
{
    private static readonly NamespaceSockets Sockets = new();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IPEndPoint Service { get; } = new(IPAddress.Parse("169.254.169.254"), 80);

    public static Task<Reply> GetAsync(TestNamespace from, string path = "/", string? source = null, IPEndPoint? to = null, string headers = "") =>
        SendAsync(from, $"GET {path} HTTP/1.1\r\nHost: metadata\r\nConnection: close\r\n{headers}\r\n", source, to);

    public static async Task<Reply> SendAsync(TestNamespace from, string request, string? source = null, IPEndPoint? to = null)
    {
        using var socket = await ConnectAsync(from, source, to);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(socket);
    }

    public static Task<Socket> ConnectAsync(TestNamespace from, string? source = null, IPEndPoint? to = null)
    {
        to ??= Service;
        return ConnectAsync(Sockets.OpenStream(from.Path, to.AddressFamily), source, to);
    }

    /// <summary>Asks a listener of this process's own namespace.</summary>
    public static async Task<Reply> SendHomeAsync(IPEndPoint to, string request, string? source = null)
    {
        using var socket = await ConnectHomeAsync(to, source);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(socket);
    }

    public static Task<Reply> GetHomeAsync(IPEndPoint to, string path = "/", string headers = "", string? source = null) =>
        SendHomeAsync(to, $"GET {path} HTTP/1.1\r\nHost: metadata\r\nConnection: close\r\n{headers}\r\n", source);

    public static Task<Socket> ConnectHomeAsync(IPEndPoint to, string? source = null) =>
        ConnectAsync(new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp), source, to);

    /// <summary>Reads until the peer closes.</summary>
    public static async Task<Reply> ReadAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var all = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, patience.Token)) > 0) all.Write(buffer, 0, read);
        return Parse(all.ToArray());
    }

    /// <summary>Waits until the peer ends the connection, by a close or a reset.</summary>
    public static async Task WaitForEndAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[8192];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
                // Whatever is still said is not what is waited for.
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Ended.
        }
    }

    private static async Task<Socket> ConnectAsync(Socket socket, string? source, IPEndPoint to)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            if (source is not null) socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            await socket.ConnectAsync(to, patience.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Reply Parse(byte[] all)
    {
        var end = all.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) throw new InvalidDataException($"no complete answer came back, only {all.Length} bytes");
        var lines = Encoding.Latin1.GetString(all, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(part => part[0], part => part[1], StringComparer.OrdinalIgnoreCase);
        return new Reply(int.Parse(lines[0].Split(' ')[1]), headers, all[(end + 4)..]);
    }
}
