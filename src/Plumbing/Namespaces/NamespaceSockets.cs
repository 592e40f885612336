using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Opens TCP sockets inside network namespaces. A socket keeps the namespace it was made in, whichever thread uses it afterwards.</summary>
/// <remarks>
/// Thread-safe. Needs CAP_SYS_ADMIN, and CAP_NET_BIND_SERVICE for ports below 1024. An open socket keeps its namespace alive after the name is deleted:
/// whoever opens one must close it then.
/// </remarks>
public sealed class NamespaceSockets : IDisposable
{
    // The kernel caps it by net.core.somaxconn of the namespace, 4096 by default.
    private const int Backlog = 4096;
    private readonly NamespaceSocketsWindow _window = new();

    /// <summary>Opens a listening socket.</summary>
    /// <param name="namespacePath">File of the namespace, such as <c>/run/netns/qdhcp-…</c>.</param>
    /// <param name="at">Address and port. An IPv4 or global IPv6 address need not be configured yet. An IPv6 socket takes no IPv4 connections.</param>
    /// <param name="device">Device of an IPv6 link-local address, by its name inside the namespace; null for every other address.</param>
    /// <returns>A listening socket with TCP_NODELAY, which accepted sockets inherit.</returns>
    /// <exception cref="NamespaceSocketException">What failed, where, and whether it is worth trying again.</exception>
    public Socket OpenListener(string namespacePath, IPEndPoint at, string? device) => OpenListener(namespacePath, at, device, out _);

    /// <inheritdoc cref="OpenListener(string, IPEndPoint, string?)"/>
    /// <param name="namespacePath">File of the namespace, such as <c>/run/netns/qdhcp-…</c>.</param>
    /// <param name="at">Address and port. An IPv4 or global IPv6 address need not be configured yet. An IPv6 socket takes no IPv4 connections.</param>
    /// <param name="device">Device of an IPv6 link-local address, by its name inside the namespace; null for every other address.</param>
    /// <param name="inode">The namespace that was entered, whatever the name stands for by now.</param>
    public Socket OpenListener(string namespacePath, IPEndPoint at, string? device, out NamespaceInode inode)
    {
        ArgumentNullException.ThrowIfNull(namespacePath);
        ArgumentNullException.ThrowIfNull(at);
        var subject = device is null ? at.ToString() : $"{at} on {device}";
        var handle = new SafeSocketHandle(Create(namespacePath, Stream(at.AddressFamily), subject, out inode), ownsHandle: true);
        try
        {
            Set(SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR);
            Set(SocketCalls.SOL_TCP, SocketCalls.TCP_NODELAY);
            if (at.AddressFamily == AddressFamily.InterNetworkV6)
            {
                Set(SocketCalls.SOL_IPV6, SocketCalls.IPV6_V6ONLY);
                Set(SocketCalls.SOL_IPV6, SocketCalls.IPV6_FREEBIND);
            }
            else
            {
                Set(SocketCalls.SOL_IP, SocketCalls.IP_FREEBIND);
            }

            var scopeId = device is null ? (uint)(at.AddressFamily == AddressFamily.InterNetworkV6 ? at.Address.ScopeId : 0) : IndexOf(device);
            Span<byte> address = stackalloc byte[28];
            var length = SocketCalls.WriteAddress(at.Address, at.Port, scopeId, address);
            if (SocketCalls.Bind(handle, address, length) != 0) throw Failed("bind");
            if (SocketCalls.Listen(handle, Backlog) != 0) throw Failed("listen");
            return new Socket(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        void Set(int level, int option)
        {
            if (SocketCalls.SetOption(handle, level, option, 1, sizeof(int)) != 0) throw Failed("setsockopt");
        }

        uint IndexOf(string name)
        {
            if (name.Length >= SocketCalls.IFNAMSIZ || !Ascii.IsValid(name)) throw new NamespaceSocketException("ioctl", namespacePath, SocketCalls.ENODEV, subject);
            var request = new SocketCalls.InterfaceRequest(name);
            if (SocketCalls.Control(handle, SocketCalls.SIOCGIFINDEX, ref request) != 0) throw Failed("ioctl");
            return (uint)request.Index;
        }

        NamespaceSocketException Failed(string call) => new(call, namespacePath, Marshal.GetLastPInvokeError(), subject);
    }

    /// <summary>Opens a stream socket, neither bound nor connected: for a client that asks from inside a namespace.</summary>
    /// <param name="namespacePath">File of the namespace.</param>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <exception cref="NamespaceSocketException">What failed and where.</exception>
    public Socket OpenStream(string namespacePath, AddressFamily family)
    {
        ArgumentNullException.ThrowIfNull(namespacePath);
        return new Socket(new SafeSocketHandle(Create(namespacePath, Stream(family), "a stream socket", out _), ownsHandle: true));
    }

    /// <summary>Opens a datagram socket whose packets enter and leave by one device.</summary>
    /// <param name="namespacePath">File of the namespace.</param>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <param name="device">Device, by its name inside the namespace.</param>
    /// <exception cref="NamespaceSocketException">What failed and where.</exception>
    /// <exception cref="SocketException">There is no such device.</exception>
    public Socket OpenDatagram(string namespacePath, AddressFamily family, string device)
    {
        ArgumentNullException.ThrowIfNull(namespacePath);
        ArgumentNullException.ThrowIfNull(device);
        var socket = new Socket(new SafeSocketHandle(Create(namespacePath, Kind(family, SocketCalls.SOCK_DGRAM), "a datagram socket", out _), ownsHandle: true));
        try
        {
            socket.SetRawSocketOption(SocketCalls.SOL_SOCKET, SocketCalls.SO_BINDTODEVICE, Encoding.UTF8.GetBytes(device + '\0'));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says which devices of a namespace carry an IPv6 address, and whether it can be used there yet.</summary>
    /// <param name="namespacePath">File of the namespace.</param>
    /// <param name="address">Such as a link-local address; its scope id is not looked at.</param>
    /// <param name="inode">The namespace that was looked into, whatever the name stands for by now.</param>
    /// <returns>Empty when no device carries it.</returns>
    /// <exception cref="NamespaceSocketException">What failed and where.</exception>
    public IReadOnlyList<DeviceAddress> FindAddress(string namespacePath, IPAddress address, out NamespaceInode inode)
    {
        ArgumentNullException.ThrowIfNull(namespacePath);
        ArgumentNullException.ThrowIfNull(address);
        using var routes = OpenRoutes(namespacePath, out inode);
        try
        {
            return
            [
                .. from device in LinkReader.Devices(routes).Values
                   from own in device.Addresses
                   where own.Address.Equals(address)
                   select new DeviceAddress(device.Name, own.State),
            ];
        }
        catch (Win32Exception e)
        {
            throw new NamespaceSocketException("netlink", namespacePath, e.NativeErrorCode, $"where {address} is");
        }
    }

    /// <summary>Opens a socket that answers for devices, addresses and routes of a namespace.</summary>
    /// <exception cref="NamespaceSocketException">What failed and where.</exception>
    internal NetlinkSocket OpenRoutes(string namespacePath, out NamespaceInode inode) =>
        new(new SafeFileHandle(Create(namespacePath, SocketKind.Routes, "its devices", out inode), ownsHandle: true), namespacePath);

    /// <summary>Opens a socket that answers for the rules of a namespace.</summary>
    /// <exception cref="NamespaceSocketException">What failed and where.</exception>
    internal NetlinkSocket OpenRules(string namespacePath) =>
        new(new SafeFileHandle(Create(namespacePath, SocketKind.Rules, "its rules", out _), ownsHandle: true), namespacePath);

    /// <summary>Opens everything of a visit inside a namespace.</summary>
    /// <exception cref="NamespaceSocketException">The namespace cannot be entered.</exception>
    internal void Visit(string namespacePath, NamespaceVisit visit)
    {
        using var file = OpenNamespace(namespacePath, "a visit");
        _window.Open(file, visit, namespacePath, "a visit");
    }

    /// <summary>Whether a socket bound to a link-local address is still on the device of that name. One on a device that was deleted hears nothing any more, even when another has the name.</summary>
    /// <param name="socket">A bound socket.</param>
    /// <param name="device">Device, by its name inside the socket's namespace.</param>
    public static bool IsOnDevice(Socket socket, string device)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(device);
        if (device.Length >= SocketCalls.IFNAMSIZ) return false;
        var request = new SocketCalls.InterfaceRequest(device);
        return SocketCalls.Control(socket.SafeHandle, SocketCalls.SIOCGIFINDEX, ref request) == 0
            && socket.LocalEndPoint is IPEndPoint { Address.IsIPv6LinkLocal: true } at && at.Address.ScopeId == request.Index;
    }

    /// <summary>Ends the thread; sockets opened before stay as they are.</summary>
    public void Dispose() => _window.Dispose();

    private int Create(string namespacePath, SocketKind kind, string subject, out NamespaceInode inode)
    {
        using var file = OpenNamespace(namespacePath, subject);
        inode = NamespaceInode.Read(file, namespacePath);
        using var visit = new NamespaceVisit();
        var socket = visit.Socket(kind, subject);
        _window.Open(file, visit, namespacePath, subject);
        return visit.TakeSocket(socket);
    }

    private static SafeFileHandle OpenNamespace(string namespacePath, string subject)
    {
        var file = Sched.Open(namespacePath, Sched.O_CLOEXEC | Sched.O_NONBLOCK);
        if (!file.IsInvalid) return file;
        var errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw new NamespaceSocketException("open", namespacePath, errno, subject);
    }

    private static SocketKind Stream(AddressFamily family) => Kind(family, SocketCalls.SOCK_STREAM);

    private static SocketKind Kind(AddressFamily family, int type) => new(
        family switch
        {
            AddressFamily.InterNetwork => SocketCalls.AF_INET,
            AddressFamily.InterNetworkV6 => SocketCalls.AF_INET6,
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "IPv4 or IPv6 only"),
        },
        type,
        Protocol: 0);
}
