using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>Waits for many descriptors at once (epoll(7)), each known by a number of the caller's. Descriptors that are closed drop out by themselves.</summary>
internal sealed partial class Epoll : IDisposable
{
    private const int EPOLL_CLOEXEC = 0x80000;
    private const int EPOLL_CTL_ADD = 1;
    private const int EPOLL_CTL_DEL = 2;
    private const uint EPOLLIN = 1;
    private const int EventsAtOnce = 64;
    private readonly SafeFileHandle _set;
    private readonly byte[] _events = new byte[EventsAtOnce * EventLength];

    // struct epoll_event is packed on x86-64 and nowhere else.
    private static readonly int EventLength = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    public Epoll()
    {
        _set = epoll_create1(EPOLL_CLOEXEC);
        if (_set.IsInvalid) throw Failed("epoll_create1");
    }

    /// <summary>Waits for a descriptor to become readable too.</summary>
    public void Add(SafeHandle descriptor, ulong number)
    {
        Span<byte> entry = stackalloc byte[EventLength];
        MemoryMarshal.Write(entry, EPOLLIN);
        MemoryMarshal.Write(entry[(EventLength - 8)..], number);
        if (epoll_ctl(_set, EPOLL_CTL_ADD, descriptor, entry) != 0) throw Failed("epoll_ctl");
    }

    /// <summary>Waits for a descriptor no more. One that is not waited for is as good.</summary>
    public void Remove(SafeHandle descriptor) => _ = epoll_ctl(_set, EPOLL_CTL_DEL, descriptor, stackalloc byte[EventLength]);

    /// <summary>Blocks until something is readable, and gives the numbers of what is.</summary>
    public List<ulong> Wait()
    {
        while (true)
        {
            var count = epoll_wait(_set, _events, EventsAtOnce, timeoutMilliseconds: -1);
            if (count < 0 && Marshal.GetLastPInvokeError() == SocketCalls.EINTR) continue;
            if (count < 0) throw Failed("epoll_wait");
            var numbers = new List<ulong>(count);
            for (var i = 0; i < count; i++) numbers.Add(MemoryMarshal.Read<ulong>(_events.AsSpan((i * EventLength) + EventLength - 8)));
            return numbers;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();

    private static Win32Exception Failed(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new Win32Exception(errno, $"{call}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(SafeFileHandle set, int operation, SafeHandle descriptor, Span<byte> entry);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(SafeFileHandle set, byte[] events, int most, int timeoutMilliseconds);
}

/// <summary>A descriptor that becomes readable when it is told to (eventfd(2)).</summary>
internal static partial class WakeDescriptor
{
    private const int EFD_CLOEXEC = 0x80000;

    public static SafeFileHandle Create() => eventfd(0, EFD_CLOEXEC);

    public static void Signal(SafeFileHandle descriptor) => _ = write(descriptor, BitConverter.GetBytes(1UL), sizeof(ulong));

    /// <summary>Sleeps until it is told to, once or more often, and makes it as if it never was.</summary>
    public static void Wait(SafeFileHandle descriptor)
    {
        while (read(descriptor, out _, sizeof(ulong)) < 0 && Marshal.GetLastPInvokeError() == SocketCalls.EINTR)
        {
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial SafeFileHandle eventfd(uint start, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, out ulong times, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, byte[] data, nuint length);
}
