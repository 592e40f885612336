using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Processes;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>A directory of kernel settings below /proc/sys/net of the host's own namespace, held open. Thread-safe.</summary>
/// <remarks>
/// It is worth holding: every namespace has an <c>ipv4</c> and an <c>ipv6</c> of its own in the one /proc/sys/net, all in one chain of the kernel's table of names,
/// so that a walk there by path costs a comparison with each namespace there is (see <see cref="NamespaceSysctl"/>).
/// </remarks>
internal sealed class SettingsDirectory(SafeFileHandle directory) : IDisposable
{
    private const int LongestValue = 64;

    /// <summary>Opens one in the calling thread's namespace; null when there is none.</summary>
    public static SettingsDirectory? Open(string path)
    {
        var directory = Sched.Open(path, Sched.O_DIRECTORY | Sched.O_CLOEXEC);
        if (!directory.IsInvalid) return new SettingsDirectory(directory);
        directory.Dispose();
        return null;
    }

    /// <summary>Writes a setting where it differs.</summary>
    /// <param name="hand">Changes things, or only shows what it would change.</param>
    /// <param name="name">Path below the directory.</param>
    /// <param name="value">Value wanted.</param>
    /// <returns>Whether it differs; null when there is no such setting.</returns>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public bool? Ensure(Hand hand, string name, string value)
    {
        using var file = Sched.OpenAt(directory, name, Sched.O_RDWR | Sched.O_CLOEXEC);
        if (file.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            return errno == SocketCalls.ENOENT ? null : throw new IOException($"opening the setting {name}: {Marshal.GetPInvokeErrorMessage(errno)}");
        }

        return Ensure(file, hand, value);
    }

    /// <summary>Writes an open setting where it differs.</summary>
    /// <returns>Whether it differs.</returns>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static bool Ensure(SafeFileHandle file, Hand hand, string value)
    {
        Span<byte> present = stackalloc byte[LongestValue];
        var length = RandomAccess.Read(file, present, fileOffset: 0);
        if (present[..length].TrimEnd((byte)'\n').SequenceEqual(Encoding.ASCII.GetBytes(value))) return false;
        if (!hand.Shows) RandomAccess.Write(file, Encoding.ASCII.GetBytes(value), fileOffset: 0);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => directory.Dispose();
}
