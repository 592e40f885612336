using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>A process held by descriptor (pidfd_open(2)): a signal can never reach another process that got the same number later.</summary>
internal sealed partial class PidFd : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>SIGHUP of signal.h.</summary>
    public const int Hangup = 1;

    /// <summary>SIGKILL of signal.h.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM of signal.h.</summary>
    public const int Terminate = 15;

    // asm-generic/unistd.h: the same numbers on x86-64 and arm64.
    private const long PidFdSendSignal = 424;
    private const long PidFdOpen = 434;
    private const int NoSuchProcess = 3;
    private const short PollIn = 1;

    private PidFd(nint fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>Opens a process; null when there is none of that number.</summary>
    public static PidFd? TryOpen(int pid)
    {
        var fd = syscall(PidFdOpen, pid, 0, 0, 0);
        if (fd >= 0) return new PidFd((nint)fd);
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? null : throw new Win32Exception(error, $"pidfd_open({pid}): {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Sends a signal; false when the process is gone.</summary>
    public bool Signal(int signal)
    {
        if (syscall(PidFdSendSignal, handle, signal, 0, 0) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"pidfd_send_signal({signal}): {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Whether the process has ended (also when nobody has collected it yet).</summary>
    public bool HasExited => AnyExited([this])[0];

    /// <summary>Which of the processes have ended: one system call for all of them.</summary>
    public static bool[] AnyExited(IReadOnlyList<PidFd> processes)
    {
        var entries = new PollEntry[processes.Count];
        for (var i = 0; i < entries.Length; i++) entries[i] = new PollEntry { Fd = (int)processes[i].handle, Events = PollIn };
        _ = poll(entries, (nuint)entries.Length, 0);
        return Array.ConvertAll(entries, e => e.Returned != 0);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll([In, Out] PollEntry[] entries, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc")]
    private static partial int close(int fd);
}
