using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Processes;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Reads and writes kernel settings of namespaces through /proc/sys/net, without a program.</summary>
internal sealed class NamespaceSysctl(NamespaceSockets sockets, Hand hand)
{
    private const int LongestValue = 64;

    /// <summary>Makes settings right. Those this kernel or namespace does not have (no IPv6, a device that is not there) are passed over.</summary>
    /// <returns>What was changed, a line each.</returns>
    /// <exception cref="IOException">The namespace cannot be entered.</exception>
    /// <exception cref="Win32Exception">A setting cannot be read or written.</exception>
    public List<string> Ensure(string networkNamespace, IEnumerable<NamespaceSetting> settings)
    {
        var changes = new List<string>();
        foreach (var family in settings.GroupBy(s => s.Family))
        {
            using var directory = sockets.OpenDirectory(NamespaceList.PathOf(networkNamespace), family.Key);
            if (directory is null) continue;
            foreach (var setting in family)
            {
                if (Ensure(directory, setting)) changes.Add($"{networkNamespace}: {family.Key}/{setting.Name}={setting.Value}");
            }
        }

        return changes;
    }

    private bool Ensure(SafeFileHandle directory, NamespaceSetting setting)
    {
        using var file = Sched.OpenAt(directory, setting.Name, Sched.O_RDWR | Sched.O_CLOEXEC);
        if (file.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno == SocketCalls.ENOENT ? false : throw new Win32Exception(errno, $"opening {setting.Family}/{setting.Name}: {Marshal.GetPInvokeErrorMessage(errno)}");
        }

        Span<byte> value = stackalloc byte[LongestValue];
        var length = RandomAccess.Read(file, value, fileOffset: 0);
        if (value[..length].TrimEnd((byte)'\n').SequenceEqual(Encoding.ASCII.GetBytes(setting.Value))) return false;
        if (!hand.Shows) RandomAccess.Write(file, Encoding.ASCII.GetBytes(setting.Value), fileOffset: 0);
        return true;
    }
}
