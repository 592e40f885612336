using System.Net;
using System.Net.Sockets;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>What a virtual machine is to the network: a namespace with a device in the bridge that Neutron's agent made for its port.</summary>
/// <param name="host">Where it runs.</param>
/// <param name="name">Its name in the recordings; its namespace has it too.</param>
/// <param name="service">Whom it asks.</param>
internal sealed class LabGuest(LabHost host, string name, IPAddress service)
{
    public string Name => service.AddressFamily == AddressFamily.InterNetworkV6 ? name + " over IPv6" : name;

    public string Namespace => "vm-" + name;

    public static LabGuest Of(LabHost host, string name) => new(host, name, IPAddress.Parse("169.254.169.254"));

    /// <summary>The same guest, asking from its link-local address.</summary>
    /// <param name="device">Number of its device.</param>
    public LabGuest OverLinkLocal(long device) => new(host, name, new IPAddress(IPAddress.Parse("fe80::a9fe:a9fe").GetAddressBytes(), device));

    /// <summary>One request on a connection of its own.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public Task<RawResponse> AskAsync(string method, string target, params (string Name, string Value)[] headers) =>
        SendAsync(RawHttp.Request(method, target, [("Accept", "*/*"), .. headers]));

    public Task<RawResponse> SendAsync(byte[] request) => RawHttp.SendAsync(stop => host.ConnectAsync(new IPEndPoint(service, 80), Namespace, stop), request);

    /// <summary>Whether it is told a document: the way is open.</summary>
    public async Task<bool> IsServedAsync()
    {
        try
        {
            return (await AskAsync("GET", "/openstack/latest/meta_data.json")).Status == 200;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (Xunit.Sdk.XunitException)
        {
            // Closed without a word: a proxy on its way out.
            return false;
        }
    }
}
