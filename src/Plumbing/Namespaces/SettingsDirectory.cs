using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Processes;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>A directory of kernel settings below /proc/sys/net of the host's own namespace, held open. Thread-safe.</summary>
/// <remarks>
/// It is worth holding: every namespace has an <c>ipv4</c> and an <c>ipv6</c> of its own in the one /proc/sys/net, all in one chain of the kernel's table of names,
/// so that a walk there by path costs a comparison with each namespace there is (see <see cref="SettingsTrees"/>).
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
        if (!file.IsInvalid) return Ensure((int)file.DangerousGetHandle(), hand, name, value);
        var errno = Marshal.GetLastPInvokeError();
        return errno == SocketCalls.ENOENT ? null : throw new IOException($"opening the setting {name}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    /// <summary>Writes an open setting where it differs.</summary>
    /// <param name="file">Its descriptor.</param>
    /// <param name="hand">Changes things, or only shows what it would change.</param>
    /// <param name="name">What it is called, for errors.</param>
    /// <param name="value">Value wanted.</param>
    /// <returns>Whether it differs.</returns>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static bool Ensure(int file, Hand hand, string name, string value)
    {
        Span<byte> present = stackalloc byte[LongestValue];
        var length = SmallFile.Read(file, present, name);
        if (Ascii.Equals(present[..length].TrimEnd((byte)'\n'), value)) return false;
        if (!hand.Shows) SmallFile.Write(file, Encoding.ASCII.GetBytes(value), name);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => directory.Dispose();
}
