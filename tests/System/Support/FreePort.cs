using System.Net;
using System.Net.Sockets;

namespace Firstlight.System.Tests.Support;

/// <summary>A loopback port that nobody listens on, for programs that must be told theirs before they start.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
