using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>A netlink socket that hears what changes: in this namespace, or in every other one that has an id here as well.</summary>
internal sealed partial class NoticeSocket : IDisposable
{
    private const int SOL_NETLINK = 270;
    private const int NETLINK_ADD_MEMBERSHIP = 1;
    private const int NETLINK_LISTEN_ALL_NSID = 8;
    private const int SO_RCVBUFFORCE = 33;
    private const int MSG_PEEK = 0x02;
    private const int MSG_DONTWAIT = 0x40;
    private const int EAGAIN = 11;
    private const int ENOBUFS = 105;

    // Memory the kernel may use for notices that wait, not what it does use.
    private const int WaitingBytes = 8 * 1024 * 1024;
    private readonly SafeFileHandle _socket;
    private byte[]? _buffer;

    private NoticeSocket(int protocol, bool everywhere, ReadOnlySpan<int> groups)
    {
        var descriptor = SocketCalls.Create(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC, protocol);
        if (descriptor < 0) throw new Win32Exception($"opening a netlink socket of protocol {protocol}");
        _socket = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            // Where it is not allowed the usual size must do; what is lost is noticed.
            if (everywhere) _ = setsockopt(_socket, SocketCalls.SOL_SOCKET, SO_RCVBUFFORCE, WaitingBytes, sizeof(int));

            // The kernel sends a notice to all but the one whose change it tells of, and takes a socket without a number for that one: it would hear nothing at all.
            if (bind(_socket, new Address { Family = SocketCalls.AF_NETLINK }, Marshal.SizeOf<Address>()) != 0) throw new Win32Exception($"binding a netlink socket of protocol {protocol}");
            if (everywhere) Set(NETLINK_LISTEN_ALL_NSID, 1, "listening to all namespaces");
            foreach (var group in groups) Set(NETLINK_ADD_MEMBERSHIP, group, $"joining group {group}");
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>The descriptor, to wait for.</summary>
    public SafeHandle Handle => _socket;

    /// <summary>Whether nothing was told, or lost, since what was received last. The kernel tells of a change before the change is done: as long as this holds, what was read after the socket was opened is what there is.</summary>
    public bool IsQuiet => recv(_socket, out _, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && Marshal.GetLastPInvokeError() == EAGAIN;

    /// <summary>Opens one in the calling thread's namespace, which hears of that only.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    /// <param name="groups">Multicast groups.</param>
    /// <exception cref="Win32Exception">The kernel does not let us.</exception>
    public static NoticeSocket Here(int protocol, params ReadOnlySpan<int> groups) => new(protocol, everywhere: false, groups);

    /// <summary>Opens one in the calling thread's namespace, which hears of every other one with an id here as well (<c>NETLINK_LISTEN_ALL_NSID</c>). Needs CAP_NET_ADMIN and CAP_NET_BROADCAST.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    /// <param name="groups">Multicast groups.</param>
    /// <exception cref="Win32Exception">The kernel does not let us.</exception>
    public static NoticeSocket Everywhere(int protocol, params ReadOnlySpan<int> groups) => new(protocol, everywhere: true, groups);

    /// <summary>Takes the next datagram.</summary>
    /// <param name="namespaceId">Id of the namespace it is about; null for the socket's own.</param>
    /// <param name="lost">Whether the kernel dropped notices before this.</param>
    /// <returns>The datagram, valid until the next call; empty when none waits.</returns>
    public unsafe ReadOnlySpan<byte> Receive(out int? namespaceId, out bool lost)
    {
        namespaceId = null;
        lost = false;
        _buffer ??= new byte[64 * 1024];
        fixed (byte* buffer = _buffer)
        {
            var control = stackalloc byte[64];
            var vector = new Vector { Base = buffer, Length = (nuint)_buffer.Length };
            var message = new MessageHeader { Vector = &vector, VectorLength = 1, Control = control, ControlLength = 64 };
            while (true)
            {
                var received = recvmsg(_socket, &message, MSG_DONTWAIT);
                if (received >= 0)
                {
                    namespaceId = NamespaceIdIn(new ReadOnlySpan<byte>(control, (int)message.ControlLength));
                    return _buffer.AsSpan(0, (int)received);
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case SocketCalls.EINTR:
                        continue;
                    case ENOBUFS:
                        lost = true;
                        return default;
                    default:
                        return default;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // struct cmsghdr: length, level, type; then the value.
    private static int? NamespaceIdIn(ReadOnlySpan<byte> control) =>
        control.Length >= 20 && MemoryMarshal.Read<int>(control[8..]) == SOL_NETLINK && MemoryMarshal.Read<int>(control[12..]) == NETLINK_LISTEN_ALL_NSID
            ? MemoryMarshal.Read<int>(control[16..])
            : null;

    private void Set(int option, int value, string purpose)
    {
        if (setsockopt(_socket, SOL_NETLINK, option, value, sizeof(int)) == 0) return;
        var errno = Marshal.GetLastPInvokeError();
        throw new Win32Exception(errno, $"{purpose} over netlink: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    // struct sockaddr_nl of linux/netlink.h; without a number the kernel allots one.
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Number;
        public uint Groups;
    }

    // struct iovec and struct msghdr of sys/socket.h.
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vector;
        public nuint VectorLength;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeFileHandle socket, in Address address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeFileHandle socket, int level, int option, in int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, out byte first, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recvmsg(SafeFileHandle socket, MessageHeader* message, int flags);
}
