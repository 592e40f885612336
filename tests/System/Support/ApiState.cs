using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Own;

namespace Firstlight.System.Tests.Support;

/// <summary>State directory and configuration of a <c>metadata-api</c> on a free loopback port.</summary>
internal sealed class ApiState : IDisposable
{
    public ApiState()
    {
        // As a state directory is made: passable, for dnsmasq.
        global::System.IO.Directory.Delete(Directory);
        StateDirectory.Make(Directory);
        File.WriteAllText(ConfigFile, $"""
            [DEFAULT]
            state_path = {Directory}
            metadata_listen = 127.0.0.1
            metadata_listen_port = {Port}
            nova_metadata_port = {Port}
            [neutron]
            metadata_proxy_shared_secret = test
            [firstlight]
            management_listen =
            """);
    }

    public string Directory { get; } = global::System.IO.Directory.CreateTempSubdirectory("firstlight-test-").FullName;

    public string ConfigFile => Path.Combine(Directory, "firstlight.conf");

    public int Port { get; } = FreePort.Take();

    public async Task<bool> ListensAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => global::System.IO.Directory.Delete(Directory, recursive: true);
}
