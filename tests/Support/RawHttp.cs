using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Firstlight.Tests.Support;

/// <summary>An HTTP client that sends exactly the bytes it is told, over TCP or a UNIX socket, and reads until the server closes. Linked into test projects as source.</summary>
internal static class RawHttp
{
    public static Task<RawResponse> SendAsync(EndPoint server, ReadOnlyMemory<byte> request) => SendAsync(stop => ConnectAsync(server, stop), request);

    /// <param name="connect">Opens the connection: from a network namespace, for example.</param>
    /// <param name="request">All of it.</param>
    public static async Task<RawResponse> SendAsync(Func<CancellationToken, Task<Socket>> connect, ReadOnlyMemory<byte> request)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await connect(deadline.Token);
        await socket.SendAsync(request, deadline.Token);

        using var received = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0) received.Write(buffer, 0, read);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // A server that refuses a request early closes with our body unread; what it said before counts.
        }

        return RawResponse.Parse(received.ToArray());
    }

    public static Task<RawResponse> SendAsync(
        EndPoint server,
        string method,
        string target,
        IEnumerable<(string Name, string Value)> headers,
        byte[]? body = null,
        bool chunked = false,
        string version = "HTTP/1.1") => SendAsync(server, Request(method, target, headers, body, chunked, version));

    /// <summary>The bytes of a request, with a Host and <c>Connection: close</c> where none are given.</summary>
    public static byte[] Request(
        string method, string target, IEnumerable<(string Name, string Value)> headers, byte[]? body = null, bool chunked = false, string version = "HTTP/1.1")
    {
        var head = new StringBuilder($"{method} {target} {version}\r\n");
        var given = headers.ToList();
        bool Declares(string name) => given.Exists(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (!Declares("Host")) head.Append("Host: 169.254.169.254\r\n");
        foreach (var (name, value) in given) head.Append($"{name}: {value}\r\n");
        if (!Declares("Connection")) head.Append("Connection: close\r\n");
        var declared = Declares("Content-Length");
        if (chunked) head.Append("Transfer-Encoding: chunked\r\n");
        else if (body is not null && !declared) head.Append($"Content-Length: {body.Length}\r\n");
        head.Append("\r\n");

        IEnumerable<byte> bytes = Encoding.Latin1.GetBytes(head.ToString());
        if (body is not null)
        {
            bytes = chunked
                ? bytes.Concat(Encoding.ASCII.GetBytes($"{body.Length:x}\r\n")).Concat(body).Concat("\r\n0\r\n\r\n"u8.ToArray())
                : bytes.Concat(body);
        }

        return bytes.ToArray();
    }

    private static async Task<Socket> ConnectAsync(EndPoint server, CancellationToken stop)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, server is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(server, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A response as it came.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string name] =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();

    public static RawResponse Parse(byte[] received)
    {
        var end = received.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"no response: {received.Length} bytes came");
        var lines = Encoding.Latin1.GetString(received, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).Select(parts => (parts[0], parts[1].Trim())).ToList();
        return new RawResponse(int.Parse(lines[0].Split(' ')[1]), headers, received[(end + 4)..]);
    }
}
