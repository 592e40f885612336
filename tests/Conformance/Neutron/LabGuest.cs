using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Api.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>What a virtual machine is to the network: a namespace with a device in the bridge that Neutron's agent made for its port.</summary>
/// <param name="host">Where it runs.</param>
/// <param name="name">Its name in the recordings; its namespace has it too.</param>
/// <param name="serviceAddress">Whom it asks.</param>
internal sealed class LabGuest(LabHost host, string name, IPAddress serviceAddress)
{
    private static readonly IPEndPoint Service = new(IPAddress.Parse("169.254.169.254"), 80);

    public string Name => name;

    public string Namespace => "vm-" + name;

    /// <summary>The guest that asks over IPv6, from its link-local address.</summary>
    public LabGuest OverLinkLocal(long device) => new(host, name, new IPAddress(IPAddress.Parse("fe80::a9fe:a9fe").GetAddressBytes(), device));

    public static LabGuest Of(LabHost host, string name) => new(host, name, Service.Address);

    /// <summary>One request on a connection of its own.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public async Task<RawResponse> AskAsync(string method, string target, params (string Name, string Value)[] headers)
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        if (!headers.Any(h => h.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))) head.Append("Host: 169.254.169.254\r\n");
        foreach (var (header, value) in headers) head.Append($"{header}: {value}\r\n");
        head.Append("Connection: close\r\n\r\n");
        return RawResponse.Parse(await ExchangeAsync(Encoding.Latin1.GetBytes(head.ToString())));
    }

    /// <summary>Sends bytes as they are and reads until the other side closes.</summary>
    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        using var socket = await host.ConnectAsync(new IPEndPoint(serviceAddress, 80), Namespace, deadline.Token);
        await socket.SendAsync(request, deadline.Token);
        using var received = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0) received.Write(buffer, 0, read);
        return received.ToArray();
    }
}
