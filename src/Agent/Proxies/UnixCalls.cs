using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Agent.Proxies;

/// <summary>What of the C library the framework does not offer: sockets whose file it does not delete by itself, file identity, a lock on a directory.</summary>
internal static partial class UnixCalls
{
    /// <summary>Longest path in <c>sockaddr_un</c>, with its terminating zero (unix(7)).</summary>
    public const int MaxPath = 108;

    public const int EWOULDBLOCK = 11;

    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int O_DIRECTORY = 0x10000;
    private const int O_CLOEXEC = 0x80000;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;
    private const int AT_FDCWD = -100;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_TYPE_MODE_INO = 0x103;

    /// <summary>Makes a stream socket, closed on exec.</summary>
    public static SafeSocketHandle NewSocket() => new(Create(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ownsHandle: true);

    /// <summary>Binds it to a path; 0 or -1 with the error set.</summary>
    public static int Bind(SafeSocketHandle socket, string path)
    {
        Span<byte> address = stackalloc byte[2 + MaxPath];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, AF_UNIX);
        var length = Encoding.UTF8.GetBytes(path, address[2..^1]);
        return Bind(socket, address, 2 + length + 1);
    }

    /// <summary>Opens a directory and takes its lock, if nobody has it.</summary>
    /// <returns>The lock, held until disposed; null with the error set.</returns>
    public static SafeFileHandle? TryLock(string directory)
    {
        var handle = new SafeFileHandle(Open(directory, O_DIRECTORY | O_CLOEXEC), ownsHandle: true);
        if (!handle.IsInvalid && Lock(handle, LOCK_EX | LOCK_NB) == 0) return handle;
        var error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Looks at a path without following a link at its end.</summary>
    /// <returns>Null when nothing is there or it cannot be looked at.</returns>
    public static FileIdentity? Look(string path)
    {
        // struct statx (statx(2)): mode at 28, inode at 32, device at 136.
        Span<byte> result = stackalloc byte[256];
        if (Statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE_MODE_INO, result) != 0) return null;
        return new FileIdentity(
            MemoryMarshal.Read<ushort>(result[28..]),
            MemoryMarshal.Read<ulong>(result[32..]),
            MemoryMarshal.Read<ulong>(result[136..]));
    }

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(SafeSocketHandle socket, int backlog);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    /// <summary>Name of a group as the name service has it; null when it has none. Not for several threads at once: the C library has one buffer for it.</summary>
    public static string? GroupName(uint id)
    {
        // struct group begins with the name.
        var entry = GroupEntry(id);
        return entry == 0 ? null : Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry));
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Create(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeSocketHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "getgrgid")]
    private static partial nint GroupEntry(uint id);
}

/// <summary>Which file it is, and of what kind.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Inode">Its number on the device.</param>
/// <param name="Device">Major and minor number.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileIdentity(ushort Mode, ulong Inode, ulong Device)
{
    private const int S_IFMT = 0xf000;
    private const int S_IFSOCK = 0xc000;

    public bool IsSocket => (Mode & S_IFMT) == S_IFSOCK;

    public bool IsSameFileAs(FileIdentity other) => Inode == other.Inode && Device == other.Device;
}
