using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>Our own descriptor of a connection's socket: other threads may look at it and cut it while the library is inside a call.</summary>
/// <remarks>
/// A duplicate, because the library closes its own on errors, and by the time another thread calls shutdown(2) on that number it may be somebody
/// else's socket. shutdown(2) acts on the socket, whichever descriptor names it.
/// </remarks>
internal sealed partial class ConnectionSocket : IDisposable
{
    private const string Libc = "libc";

    // fcntl.h and sys/socket.h and poll.h, Linux.
    private const int F_SETFD = 2;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int FD_CLOEXEC = 1;
    private const int SHUT_RDWR = 2;
    private const short POLLIN = 1;
    private const int EINTR = 4;

    private readonly SafeFileHandle _descriptor;

    private ConnectionSocket(SafeFileHandle descriptor) => _descriptor = descriptor;

    /// <summary>Duplicates the socket of a connected handle; called on the connection's own thread.</summary>
    public static ConnectionSocket Of(MysqlHandle connection)
    {
        var descriptor = Mysql.mysql_get_socket(connection);
        // The library opens its sockets without it, so a program we start would inherit them.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        var copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
        if (copy < 0)
            throw new MariaDbException(MariaDbFailure.Unreachable, $"fcntl(F_DUPFD_CLOEXEC) on the connection's socket: errno {Marshal.GetLastPInvokeError()}");
        return new ConnectionSocket(new SafeFileHandle(copy, ownsHandle: true));
    }

    /// <summary>Whether the peer has sent something or closed: on a connection that waits for nothing, either means it is no longer usable.</summary>
    public bool HasNews
    {
        get
        {
            var held = false;
            try
            {
                _descriptor.DangerousAddRef(ref held);
                var poll = new PollFd { Descriptor = (int)_descriptor.DangerousGetHandle(), Events = POLLIN };
                int ready;
                do ready = Poll(ref poll, 1, 0);
                while (ready < 0 && Marshal.GetLastPInvokeError() == EINTR);
                return ready != 0;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
            finally
            {
                if (held) _descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Cuts the connection both ways; a call that waits on it returns at once with an error. Can be called from any thread, and twice.</summary>
    public void Cut()
    {
        try
        {
            // ENOTCONN: the peer was faster.
            _ = shutdown(_descriptor, SHUT_RDWR);
        }
        catch (ObjectDisposedException)
        {
            // Closed already.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    [LibraryImport(Libc, SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport(Libc, SetLastError = true)]
    private static partial int shutdown(SafeFileHandle descriptor, int how);

    [LibraryImport(Libc, EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
