using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Firstlight.Plumbing.Interop;

/// <summary>socket(2) and its relatives, with the constants of <c>sys/socket.h</c>, <c>netinet/in.h</c> and <c>linux/sockios.h</c>.</summary>
/// <remarks>
/// The framework's own socket options are not used for listeners: its <c>ReuseAddress</c> also sets SO_REUSEPORT, with which the kernel would split a
/// port between two programs instead of refusing the second.
/// </remarks>
internal static partial class SocketCalls
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int AF_NETLINK = 16;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_RAW = 3;
    public const int SOCK_CLOEXEC = 0x80000;
    public const int SOL_SOCKET = 1;
    public const int SO_REUSEADDR = 2;
    public const int SO_BINDTODEVICE = 25;
    public const int SOL_IP = 0;
    public const int IP_FREEBIND = 15;
    public const int SOL_TCP = 6;
    public const int TCP_NODELAY = 1;
    public const int SOL_IPV6 = 41;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_FREEBIND = 78;
    public const uint SIOCGIFINDEX = 0x8933;

    /// <summary>Longest device name with its terminating zero (IFNAMSIZ).</summary>
    public const int IFNAMSIZ = 16;

    public const int EINTR = 4;
    public const int ENXIO = 6;
    public const int EACCES = 13;
    public const int ENODEV = 19;
    public const int ENOENT = 2;
    public const int EINVAL = 22;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int EPERM = 1;

    // Runs inside the window: see Sched.SetNs.
    [LibraryImport("libc", EntryPoint = "socket")]
    [SuppressGCTransition]
    public static partial int Create(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(SafeSocketHandle socket, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeSocketHandle socket, nuint request, ref InterfaceRequest argument);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeSocketHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(SafeSocketHandle socket, int backlog);

    /// <summary>Writes <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>.</summary>
    /// <returns>Its length.</returns>
    public static int WriteAddress(IPAddress address, int port, uint scopeId, Span<byte> to)
    {
        to.Clear();
        var v6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        MemoryMarshal.Write(to, (ushort)(v6 ? AF_INET6 : AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)port);
        if (!v6)
        {
            address.TryWriteBytes(to[4..], out _);
            return 16;
        }

        address.TryWriteBytes(to[8..], out _);
        MemoryMarshal.Write(to[24..], scopeId);
        return 28;
    }

    /// <summary><c>struct ifreq</c> as SIOCGIFINDEX uses it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct InterfaceRequest
    {
        private fixed byte _name[IFNAMSIZ];
        public int Index;
        private fixed byte _rest[20];

        public InterfaceRequest(string device)
        {
            fixed (byte* name = _name) Encoding.ASCII.GetBytes(device, new Span<byte>(name, IFNAMSIZ - 1));
        }
    }
}
