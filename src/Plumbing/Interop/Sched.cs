using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>setns(2) and what it needs of open(2) and statx(2); constants have the names of <c>sched.h</c>, <c>fcntl.h</c> and <c>linux/stat.h</c>.</summary>
internal static partial class Sched
{
    public const int CLONE_NEWNET = 0x40000000;
    public const int O_CLOEXEC = 0x80000;

    /// <summary>So that a FIFO in a namespace's place cannot hold the caller.</summary>
    public const int O_NONBLOCK = 0x800;

    public const int O_RDWR = 2;
    public const int O_DIRECTORY = 0x10000;
    public const int AT_FDCWD = -100;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_INO = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;

    // These run while a thread stands in a foreign namespace. They take plain integers, report through errno and suppress the GC transition,
    // so that the compiler makes bare calls of them: no marshalling stub, no allocation, no safe point at which the runtime could start a thread.
    [LibraryImport("libc", EntryPoint = "setns")]
    [SuppressGCTransition]
    public static partial int SetNs(int namespaceDescriptor, int type);

    [LibraryImport("libc", EntryPoint = "__errno_location")]
    [SuppressGCTransition]
    public static unsafe partial int* ErrnoLocation();

    [LibraryImport("libc", EntryPoint = "openat")]
    [SuppressGCTransition]
    public static partial int OpenAtBare(int directory, nint path, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle OpenAt(SafeFileHandle directory, string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(int directory, string path, int flags, uint mask, out StatxAnswer answer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, out StatxAnswer answer);

    /// <summary><c>struct statx</c>: the same 256 bytes on every architecture; only what we read has a name.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatxAnswer
    {
        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
