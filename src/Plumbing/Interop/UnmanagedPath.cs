using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Interop;

/// <summary>A path in memory that stands still and is never freed: it may be passed on where nothing can be marshalled. One for each path the program knows.</summary>
internal sealed class UnmanagedPath(string path)
{
    /// <summary>Always there.</summary>
    public static readonly UnmanagedPath Root = new("/");

    /// <summary>Never there.</summary>
    public static readonly UnmanagedPath Nowhere = new("/proc/self/nowhere");

    /// <summary>Bytes of the path, with a zero at the end.</summary>
    public nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(path);

    /// <inheritdoc/>
    public override string ToString() => path;
}
