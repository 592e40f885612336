using System.Net.Sockets;
using System.Text;

namespace Firstlight.Lifetime;

/// <summary>Tells the service manager of changes of state: one datagram each to NOTIFY_SOCKET (sd_notify(3)).</summary>
/// <param name="socketPath">Path, or <c>@name</c> for an abstract socket; null where nobody listens.</param>
internal sealed class SystemdNotifier(string? socketPath)
{
    /// <summary>The one this process was started with, if any.</summary>
    public static SystemdNotifier OfProcess() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>Sends assignments separated by line ends. A failure is nobody's: the program runs without a manager too.</summary>
    public void Send(string state)
    {
        if (string.IsNullOrEmpty(socketPath)) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(socketPath[0] == '@' ? $"\0{socketPath[1..]}" : socketPath));
        }
        catch (SocketException)
        {
            // Only the manager would care, and it is not there.
        }
    }
}
