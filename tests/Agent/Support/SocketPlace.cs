using System.Net.Sockets;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A directory of the test's own for the proxies' socket, open to all users.</summary>
internal sealed class SocketPlace : IDisposable
{
    public const string NetworkId = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    public const string RouterId = "59242190-f73b-4396-b818-ed6d0c3aa9fe";
    public const string Guest = "10.0.0.70";

    /// <summary>What a network's haproxy adds to every request.</summary>
    public static readonly (string Name, string Value)[] FromNetwork = [("x-neutron-network-id", NetworkId), ("x-forwarded-for", Guest)];

    public SocketPlace()
    {
        Folder = Directory.CreateTempSubdirectory("firstlight-socket-").FullName;
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
    }

    public string Folder { get; }

    public string Path => $"{Folder}/metadata_proxy";

    public UnixDomainSocketEndPoint EndPoint => new(Path);

    public ProxySocketOptions Options => new(Path);

    public async Task<TestAgent> StartAsync(AgentOptions? options = null)
    {
        var agent = await TestAgent.StartAsync((options ?? new AgentOptions()) with { ProxySocket = options?.ProxySocket ?? Options });
        agent.Directory.Add(TestAgent.Network(NetworkId), Guest, "instance");
        return agent;
    }

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(EndPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public bool IsRefused()
    {
        try
        {
            Connect().Dispose();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
