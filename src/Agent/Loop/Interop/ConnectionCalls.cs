using System.Runtime.InteropServices;

namespace Firstlight.Agent.Loop.Interop;

/// <summary>accept4(2), recv(2), send(2) and close(2) of connections, with the constants of <c>sys/socket.h</c>, <c>netinet/tcp.h</c> and <c>errno.h</c>.</summary>
/// <remarks>
/// Connections are plain numbers here, not handles. A connection is opened, used and closed by the one thread of its loop, mostly within one turn, so there is
/// nobody a handle would protect from; it would be an object to finalise for every request. What leaves the loop leaves it as a handle.
/// </remarks>
internal static partial class ConnectionCalls
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOL_TCP = 6;
    public const int TCP_DEFER_ACCEPT = 9;
    public const int MSG_MORE = 0x8000;
    public const int MSG_NOSIGNAL = 0x4000;

    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOTSOCK = 88;
    public const int ENOBUFS = 105;

    /// <summary>Length of the larger of <c>sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
    public const int AddressLength = 28;

    private const int EINTR = 4;
    private const int SOCK_NONBLOCK = 0x800;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOL_SOCKET = 1;
    private const int SO_LINGER = 13;

    /// <summary>Takes the next connection, non-blocking and closed on exec.</summary>
    /// <param name="listener">A listening socket that does not block.</param>
    /// <param name="address">Receives the peer's address.</param>
    /// <returns>The connection; the negative errno when there is none.</returns>
    public static int Accept(int listener, Span<byte> address)
    {
        while (true)
        {
            var length = address.Length;
            var connection = Accept4(listener, address, ref length, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (connection >= 0) return connection;
            if (Marshal.GetLastPInvokeError() is var error and not EINTR) return -error;
        }
    }

    /// <summary>Receives what is there.</summary>
    /// <returns>The number of bytes; 0 at the end; the negative errno, -EAGAIN when there is nothing yet.</returns>
    public static int Receive(int connection, Span<byte> buffer)
    {
        while (true)
        {
            var received = (int)Recv(connection, buffer, (nuint)buffer.Length, 0);
            if (received >= 0) return received;
            if (Marshal.GetLastPInvokeError() is var error and not EINTR) return -error;
        }
    }

    /// <summary>Sends what goes.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="bytes">What to send.</param>
    /// <param name="isLast">
    /// Whether the connection is closed next: what does not fill a segment then waits for that and goes out together with the end (MSG_MORE), one packet
    /// instead of two.
    /// </param>
    /// <returns>How many bytes went; 0 when none can go now; the negative errno.</returns>
    public static int Send(int connection, ReadOnlySpan<byte> bytes, bool isLast)
    {
        while (true)
        {
            var sent = (int)Send(connection, bytes, (nuint)bytes.Length, isLast ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL);
            if (sent >= 0) return sent;
            if (Marshal.GetLastPInvokeError() is var error and not EINTR) return error == EAGAIN ? 0 : -error;
        }
    }

    /// <summary>Ends it politely: what was sent still arrives.</summary>
    public static void Close(int connection) => _ = CloseDescriptor(connection);

    /// <summary>Ends it with a reset and leaves nothing behind, not even in the kernel: a half-closed socket keeps its namespace alive.</summary>
    public static void Reset(int connection)
    {
        _ = SetOption(connection, SOL_SOCKET, SO_LINGER, new Linger { IsOn = 1 }, 2 * sizeof(int));
        _ = CloseDescriptor(connection);
    }

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4(int listener, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Recv(int connection, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int connection, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int connection);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(int connection, int level, int option, in Linger value, int length);

    [StructLayout(LayoutKind.Sequential)]
    private struct Linger
    {
        public int IsOn;
        public int Seconds;
    }
}
