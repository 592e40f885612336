using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Processes;

/// <summary>What tells whether a file was touched: another file in its place, another size, or any write or change of mode since (ctime, which nobody can set).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileStamp(ulong Device, ulong Inode, ulong Size, DateTimeOffset Changed)
{
    /// <summary>Of a file as it is; null when there is none, or it cannot be asked.</summary>
    public static FileStamp? Of(string path) => Sched.Statx(Sched.AT_FDCWD, path, 0, Sched.STATX_BASIC_STATS, out var answer) == 0
        ? new(
            ((ulong)answer.DeviceMajor << 32) | answer.DeviceMinor, answer.Inode, answer.Size,
            DateTimeOffset.FromUnixTimeSeconds(answer.ChangedSeconds).AddTicks(answer.ChangedNanoseconds / TimeSpan.NanosecondsPerTick))
        : null;
}
