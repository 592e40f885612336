using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>What a named pipe tells of the process that reads it (fifo(7)).</summary>
public enum PipeReader
{
    /// <summary>Somebody has it open for reading.</summary>
    Present,

    /// <summary>Nobody has, or there is no pipe: the process ended, whatever way it ended.</summary>
    Absent,

    /// <summary>It could not be found out, such as for lack of rights.</summary>
    Unknown,
}

/// <summary>A named pipe held open by the process it stands for. The kernel lets go of it when that process ends, so unlike a process id it is never stale or reused.</summary>
public static partial class ControlPipe
{
    private const int O_WRONLY = 1;

    /// <summary>Asks whether somebody reads the pipe. Never blocks and is not noticed by the reader.</summary>
    public static PipeReader Look(string path) => Say(path, []);

    /// <summary>Writes to the reader, if there is one.</summary>
    /// <param name="path">The pipe.</param>
    /// <param name="words">At most 4096 bytes, so that they arrive whole. A full pipe takes none.</param>
    public static PipeReader Say(string path, ReadOnlySpan<byte> words)
    {
        // Without blocking, opening for writing fails with ENXIO exactly when nobody reads.
        using var pipe = Sched.Open(path, O_WRONLY | Sched.O_NONBLOCK | Sched.O_CLOEXEC);
        if (pipe.IsInvalid) return Marshal.GetLastPInvokeError() is SocketCalls.ENXIO or SocketCalls.ENOENT ? PipeReader.Absent : PipeReader.Unknown;
        if (!words.IsEmpty) _ = write(pipe, words, (nuint)words.Length);
        return PipeReader.Present;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle file, ReadOnlySpan<byte> data, nuint length);
}
