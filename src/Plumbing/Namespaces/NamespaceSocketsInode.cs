using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Which namespace a file stands for. Names are reused by those who delete and recreate namespaces; this is not, while anything keeps the namespace alive.</summary>
/// <param name="Device">Device number of the file system (nsfs for a namespace).</param>
/// <param name="Inode">Inode number.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NamespaceInode(ulong Device, ulong Inode)
{
    /// <summary>Reads it without opening the namespace, so without keeping it alive.</summary>
    /// <param name="namespacePath">Such as <c>/run/netns/qdhcp-…</c>.</param>
    /// <returns>Null when there is no such file.</returns>
    public static NamespaceInode? TryRead(string namespacePath) =>
        Sched.Statx(Sched.AT_FDCWD, namespacePath, 0, Sched.STATX_INO, out var answer) == 0 ? From(answer) : null;

    internal static NamespaceInode Read(SafeFileHandle file, string namespacePath) =>
        Sched.Statx(file, "", Sched.AT_EMPTY_PATH, Sched.STATX_INO, out var answer) == 0
            ? From(answer)
            : throw new NamespaceSocketException("statx", namespacePath, Marshal.GetLastPInvokeError(), "its inode");

    private static NamespaceInode From(in Sched.StatxAnswer answer) => new(((ulong)answer.DeviceMajor << 32) | answer.DeviceMinor, answer.Inode);
}
