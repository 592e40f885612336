using System.Buffers;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>Takes one message of an answer.</summary>
internal delegate void NetlinkReader(ushort type, ReadOnlySpan<byte> body);

/// <summary>A netlink socket that asks the kernel and reads what it answers. It asks of the namespace it was made in, whichever thread uses it. One thread at a time.</summary>
/// <param name="handle">The socket, owned from now on.</param>
/// <param name="place">The namespace, as messages say it.</param>
internal sealed partial class NetlinkSocket(SafeFileHandle handle, string place) : IDisposable
{
    // The kernel fills at most this much at one go.
    private const int BufferLength = 32 * 1024;
    private const int MSG_DONTWAIT = 0x40;
    private const int Attempts = 5;
    private const int EINVAL = 22;

    /// <summary>Opens one in the calling thread's namespace.</summary>
    /// <exception cref="Win32Exception">The kernel has no such protocol, or no descriptor is left.</exception>
    public static NetlinkSocket Open(int protocol)
    {
        var descriptor = SocketCalls.Create(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC, protocol);
        if (descriptor < 0) throw new Win32Exception(ReadErrno(), $"opening a netlink socket of protocol {protocol}");
        return new NetlinkSocket(new SafeFileHandle(descriptor, ownsHandle: true), "this host");
    }

    /// <summary>Asks, and reads the answer message by message.</summary>
    /// <param name="request">The request. With NLM_F_DUMP all that is answered is read, else one datagram.</param>
    /// <param name="read">Called for each message but acknowledgements.</param>
    /// <param name="restart">Called when the kernel's tables changed during a dump, which is then made again from its beginning.</param>
    /// <returns>0, or the errno the kernel answered with.</returns>
    /// <exception cref="Win32Exception">Nothing could be asked, or the tables never rested.</exception>
    public int Ask(NetlinkRequest request, NetlinkReader read, Action? restart = null)
    {
        var isDump = (MemoryMarshal.Read<ushort>(request.Bytes[6..]) & Netlink.NLM_F_DUMP) == Netlink.NLM_F_DUMP;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (attempt > 0) restart?.Invoke();
                if (send(handle, request.Bytes, (nuint)request.Bytes.Length, 0) < 0) throw Failed("asking");
                var errno = Read(buffer, isDump, read, out var disturbed);
                if (!disturbed) return errno;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        throw new Win32Exception(EINVAL, $"reading {place} over netlink: it never stood still");
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private int Read(byte[] buffer, bool isDump, NetlinkReader read, out bool disturbed)
    {
        disturbed = false;
        while (true)
        {
            // The kernel has answered before send returns, and a dump is made while it is read: there is nothing to wait for.
            var received = recv(handle, buffer, (nuint)buffer.Length, MSG_DONTWAIT);
            if (received < 0) throw Failed("reading");
            foreach (var message in new NetlinkMessages(buffer.AsSpan(0, (int)received)))
            {
                disturbed |= (message.Flags & Netlink.NLM_F_DUMP_INTR) != 0;
                switch (message.Type)
                {
                    case Netlink.NLMSG_DONE:
                    case Netlink.NLMSG_ERROR:
                        return message.Errno;
                    default:
                        read(message.Type, message.Body);
                        break;
                }
            }

            if (!isDump) return 0;
        }
    }

    private Win32Exception Failed(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new Win32Exception(errno, $"{what} {place} over netlink: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    private static unsafe int ReadErrno() => *Sched.ErrnoLocation();

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeFileHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeFileHandle socket, Span<byte> data, nuint length, int flags);
}
