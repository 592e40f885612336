using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.System.Tests.Support;

/// <summary>A guest's question from an address that it chooses. curl cannot ask a link-local address from a global one.</summary>
internal static class GuestSocket
{
    private static readonly NamespaceSockets Sockets = new();

    /// <summary>Asks.</summary>
    /// <param name="namespace">Namespace of the guest.</param>
    /// <param name="from">Address it asks from; it must have it.</param>
    /// <param name="to">Metadata address.</param>
    /// <param name="path">What for.</param>
    /// <param name="patience">How long it waits.</param>
    /// <returns>The body of the answer; null when nothing came back. Whatever else goes wrong is the test's fault, and thrown.</returns>
    public static async Task<string?> AskAsync(string @namespace, IPAddress from, IPAddress to, string path, TimeSpan patience)
    {
        var index = await IndexAsync(@namespace);
        using var end = new CancellationTokenSource(patience);
        using var socket = Sockets.OpenStream(Path.Combine("/run/netns", @namespace), to.AddressFamily);
        socket.Bind(new IPEndPoint(Scoped(from, index), 0));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(Scoped(to, index), 80), end.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: metadata\r\nConnection: close\r\n\r\n"), end.Token);
            using var all = new MemoryStream();
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(all, end.Token);
            var answer = Encoding.UTF8.GetString(all.ToArray());
            return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.HostUnreachable)
        {
            // Neighbours that do not answer for the next hop look like this.
            return null;
        }
    }

    private static IPAddress Scoped(IPAddress address, long index) => address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), index) : address;

    private static async Task<long> IndexAsync(string @namespace)
    {
        var shown = await Run.ProgramAsync("ip", "-n", @namespace, "-o", "link", "show", "dev", "eth0");
        return long.Parse(shown.Output.Split(':')[0]);
    }
}
