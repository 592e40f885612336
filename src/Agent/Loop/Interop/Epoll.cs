using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Agent.Loop.Interop;

/// <summary>epoll(7) and eventfd(2), with the constants of <c>sys/epoll.h</c> and <c>sys/eventfd.h</c>.</summary>
internal static partial class Epoll
{
    public const uint EPOLLIN = 0x1;
    public const uint EPOLLOUT = 0x4;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;

    private const int EPOLL_CLOEXEC = 0x80000;
    private const int EFD_CLOEXEC = 0x80000;
    private const int EFD_NONBLOCK = 0x800;
    private const int EINTR = 4;

    /// <summary>A new epoll instance.</summary>
    /// <exception cref="IOException">Out of descriptors.</exception>
    public static DescriptorHandle Create() => DescriptorHandle.Of(Create(EPOLL_CLOEXEC), "epoll_create1");

    /// <summary>A new counter that wakes whoever waits for it to be above zero.</summary>
    /// <exception cref="IOException">Out of descriptors.</exception>
    public static DescriptorHandle CreateEvent() => DescriptorHandle.Of(EventFd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");

    /// <summary>Watches a descriptor, changes what it is watched for, or stops watching it.</summary>
    /// <exception cref="IOException">Out of memory or watches, or no such descriptor.</exception>
    public static void Control(DescriptorHandle epoll, int operation, int descriptor, uint events, ulong data)
    {
        Span<byte> asked = stackalloc byte[EpollEvents.Stride];
        EpollEvents.Write(asked, events, data);
        if (Control(epoll, operation, descriptor, asked) != 0) throw DescriptorHandle.Failed("epoll_ctl");
    }

    /// <summary>Waits.</summary>
    /// <param name="epoll">The instance.</param>
    /// <param name="events">Receives what is ready.</param>
    /// <param name="timeoutMilliseconds">-1 for ever.</param>
    /// <returns>How many are ready; 0 after the time, or when a signal came between.</returns>
    public static int Wait(DescriptorHandle epoll, EpollEvents events, int timeoutMilliseconds)
    {
        var ready = Wait(epoll, events.Room, events.Capacity, timeoutMilliseconds);
        if (ready >= 0) return ready;
        return Marshal.GetLastPInvokeError() == EINTR ? 0 : throw DescriptorHandle.Failed("epoll_wait");
    }

    /// <summary>Adds one to a counter. Never blocks: a counter that is full wakes as well.</summary>
    public static void Signal(DescriptorHandle counter) => _ = Write(counter, 1, sizeof(ulong));

    /// <summary>Sets a counter back to zero.</summary>
    public static void Reset(DescriptorHandle counter) => _ = Read(counter, out _, sizeof(ulong));

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(DescriptorHandle epoll, int operation, int descriptor, ReadOnlySpan<byte> asked);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(DescriptorHandle epoll, Span<byte> events, int count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(DescriptorHandle counter, in ulong value, nuint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(DescriptorHandle counter, out ulong value, nuint length);
}

/// <summary>Room for some <c>struct epoll_event</c> as the kernel lays them out: packed on x86-64, with a gap before the data elsewhere.</summary>
/// <param name="room">A multiple of <see cref="Stride"/>.</param>
internal readonly ref struct EpollEvents(Span<byte> room)
{
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? sizeof(uint) : sizeof(ulong);

    /// <summary>Length of one.</summary>
    public static int Stride => DataAt + sizeof(ulong);

    public Span<byte> Room { get; } = room;

    public int Capacity => Room.Length / Stride;

    /// <summary>What was given with the descriptor that the event is of.</summary>
    public ulong DataOf(int index) => MemoryMarshal.Read<ulong>(Room[(index * Stride + DataAt)..]);

    public static void Write(Span<byte> one, uint events, ulong data)
    {
        MemoryMarshal.Write(one, events);
        MemoryMarshal.Write(one[DataAt..], data);
    }
}

/// <summary>A descriptor of the loop's own that lives as long as the loop.</summary>
internal sealed partial class DescriptorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private DescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number, for being watched.</summary>
    public int Number => (int)handle;

    public static DescriptorHandle Of(int descriptor, string call) => descriptor < 0 ? throw Failed(call) : new DescriptorHandle(descriptor);

    public static IOException Failed(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})");
    }

    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
