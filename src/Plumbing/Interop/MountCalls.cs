using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Interop;

/// <summary>Mounts that stand nowhere: fsopen(2), fsconfig(2) and fsmount(2), by number, since the C library has names for them only from 2.36 on.</summary>
internal static partial class MountCalls
{
    // One number each on every architecture; constants as in linux/mount.h.
    private const nint SYS_fsopen = 430;
    private const nint SYS_fsconfig = 431;
    private const nint SYS_fsmount = 432;
    private const int FSOPEN_CLOEXEC = 1;
    private const int FSCONFIG_CMD_CREATE = 6;
    private const int FSMOUNT_CLOEXEC = 1;
    private const int MOUNT_ATTR_NOSUID = 2;
    private const int MOUNT_ATTR_NODEV = 4;
    private const int MOUNT_ATTR_NOEXEC = 8;

    /// <summary>Root of a new instance of a file system, which goes when it and all that was opened below it are closed; null where the kernel has or allows no such thing.</summary>
    /// <param name="type">Type of the file system.</param>
    public static unsafe SafeFileHandle? TryMount(string type)
    {
        int context;
        fixed (byte* name = Encoding.ASCII.GetBytes(type + '\0')) context = (int)syscall(SYS_fsopen, (nint)name, FSOPEN_CLOEXEC, 0, 0, 0);
        if (context < 0) return null;
        try
        {
            if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0) != 0) return null;
            var root = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0, 0);
            return root < 0 ? null : new SafeFileHandle(root, ownsHandle: true);
        }
        finally
        {
            SmallFile.Close(context);
        }
    }

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);
}
