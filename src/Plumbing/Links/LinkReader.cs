using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Links;

/// <summary>Asks the kernel for devices and what stands on them. No program is run: some ten microseconds a question.</summary>
internal static class LinkReader
{
    private const int ENODEV = 19;
    private const int RequestLength = 64;

    /// <summary>All of the socket's namespace.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static LinkDump Read(NetlinkSocket socket)
    {
        var devices = Devices(socket);
        var (defaults, connected) = (new List<DefaultRoute>(), new List<ConnectedRoute>());
        Dump(socket, RouteNetlink.RTM_GETROUTE, stackalloc byte[RouteNetlink.RouteLength], Forget, (_, body) =>
        {
            if (LinkReading.Route(body) is not var (index, prefix, gateway) || !devices.TryGetValue(index, out var device)) return;
            if (prefix.PrefixLength == 0) defaults.Add(new DefaultRoute(gateway, device.Name));
            else if (gateway is null) connected.Add(new ConnectedRoute(prefix, device.Name));
        });

        void Forget()
        {
            defaults.Clear();
            connected.Clear();
        }

        var proxied = new List<ProxiedNeighbour>();
        Span<byte> proxies = stackalloc byte[RouteNetlink.NeighbourLength];
        proxies[10] = RouteNetlink.NTF_PROXY;
        Dump(socket, RouteNetlink.RTM_GETNEIGH, proxies, proxied.Clear, (_, body) =>
        {
            if (LinkReading.Proxied(body) is var (index, address) && devices.TryGetValue(index, out var device)) proxied.Add(new ProxiedNeighbour(address, device.Name));
        });
        return new LinkDump(devices.Values.ToDictionary(d => d.Name, StringComparer.Ordinal), defaults, proxied) { Connected = connected };
    }

    /// <summary>All devices of the socket's namespace, by index, with their addresses.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static Dictionary<int, Device> Devices(NetlinkSocket socket)
    {
        var addresses = Addresses(socket, index: 0).ToLookup(a => a.Index, a => a.Address);
        return DevicesAlone(socket).ToDictionary(d => d.Index, d => d with { Addresses = [.. addresses[d.Index]] });
    }

    /// <summary>All devices of the socket's namespace, without their addresses.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static IEnumerable<Device> DevicesAlone(NetlinkSocket socket)
    {
        var links = Links(socket);
        return links.Values.Select(l => l.Master != 0 && links.TryGetValue(l.Master, out var master) ? l.Device with { Master = master.Device.Name } : l.Device);
    }

    /// <summary>One device by name, without its addresses; null when there is none.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static Device? Find(NetlinkSocket socket, string name)
    {
        var request = LinkRequest(stackalloc byte[RequestLength], flags: 0, index: 0);
        Span<byte> text = stackalloc byte[SocketCalls.IFNAMSIZ];
        if (name.Length >= text.Length) return null;
        Encoding.UTF8.GetBytes(name, text);
        request.Add(RouteNetlink.IFLA_IFNAME, text[..(name.Length + 1)]);
        if (Link(socket, request) is not var (device, master)) return null;
        return master == 0 ? device : device with { Master = NameOf(socket, master) };
    }

    /// <summary>Addresses of one device, or of all when the index is 0.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static List<(int Index, LinkAddress Address)> Addresses(NetlinkSocket socket, int index)
    {
        var found = new List<(int, LinkAddress)>();
        Dump(socket, RouteNetlink.RTM_GETADDR, stackalloc byte[RouteNetlink.AddressLength], found.Clear, (_, body) =>
        {
            if (LinkReading.Address(body) is { } address && (index == 0 || address.Index == index)) found.Add(address);
        });
        return found;
    }

    /// <summary>All devices of the socket's namespace, without addresses and names of masters.</summary>
    private static Dictionary<int, (Device Device, int Master)> Links(NetlinkSocket socket)
    {
        var links = new Dictionary<int, (Device, int)>();
        var answer = socket.Ask(LinkRequest(stackalloc byte[RequestLength], Netlink.NLM_F_DUMP, index: 0), (_, body) =>
        {
            if (LinkReading.Link(body) is { } link) links[link.Device.Index] = link;
        }, links.Clear);
        return answer == 0 ? links : throw Refused("RTM_GETLINK", answer);
    }

    private static string? NameOf(NetlinkSocket socket, int index) => Link(socket, LinkRequest(stackalloc byte[RequestLength], flags: 0, index))?.Device.Name;

    private static (Device Device, int Master)? Link(NetlinkSocket socket, NetlinkRequest request)
    {
        (Device, int)? found = null;
        var answer = socket.Ask(request, (_, body) => found = LinkReading.Link(body));
        return answer is 0 or ENODEV ? found : throw Refused("RTM_GETLINK", answer);
    }

    private static NetlinkRequest LinkRequest(Span<byte> buffer, ushort flags, int index)
    {
        Span<byte> body = stackalloc byte[RouteNetlink.LinkLength];
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], index);
        var request = new NetlinkRequest(buffer, RouteNetlink.RTM_GETLINK, flags, body);
        request.Add(RouteNetlink.IFLA_EXT_MASK, RouteNetlink.RTEXT_FILTER_SKIP_STATS);
        return request;
    }

    private static void Dump(NetlinkSocket socket, ushort type, ReadOnlySpan<byte> body, Action restart, NetlinkReader read)
    {
        var answer = socket.Ask(new NetlinkRequest(stackalloc byte[RequestLength], type, Netlink.NLM_F_DUMP, body), read, restart);
        if (answer != 0) throw Refused(type.ToString(), answer);
    }

    private static Win32Exception Refused(string question, int errno) => new(errno, $"the kernel refused {question}: {Marshal.GetPInvokeErrorMessage(errno)}");
}
