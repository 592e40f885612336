using System.Net.Sockets;

namespace Firstlight.Doctor.Neutron;

/// <summary>The socket that haproxies hand requests to: there, and somebody accepts.</summary>
internal sealed class SocketCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Socket;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (on.Settings.NeutronAgent is { OnSocket: false }) return Finding.NotLookedAt(Hop, "agent_listen has no socket: the agent listens in the namespaces itself");
        var path = on.Settings.ProxySocket.Path;
        if (!File.Exists(path))
            return Finding.Wrong(Hop, $"{path} is missing", "haproxies have nobody to hand requests to, and guests get 503", "start the metadata agent, or correct metadata_proxy_socket: it must be the path in the haproxies' files");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        catch (SocketException e)
        {
            return Finding.Wrong(Hop, $"{path} takes no connection", e.Message, "whoever made it has ended: start the metadata agent again");
        }

        return Finding.Right(Hop, $"{path} takes connections, mode {Convert.ToString((int)File.GetUnixFileMode(path), 8)}");
    }
}
