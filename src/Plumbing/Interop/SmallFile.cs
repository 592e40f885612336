using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Firstlight.Plumbing.Interop;

/// <summary>Small files of the kernel and of daemons, read whole: opened, read and closed, and nothing else.</summary>
/// <remarks>The framework's own way also asks what the file is, locks it and sets up a decoder. A look at a network reads a dozen files, and a host has thousands of networks.</remarks>
internal static partial class SmallFile
{
    private const int FirstBuffer = 4096;
    private const int EINTR = 4;
    private const int ENOTDIR = 20;

    /// <summary>Text of a file; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    public static string? TryRead(string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            return Fill(path, ref buffer) is { } length ? Encoding.UTF8.GetString(buffer, 0, length) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Whether there is a file, and its text is that.</summary>
    /// <exception cref="IOException">It cannot be opened or read.</exception>
    public static bool Holds(string path, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            if (Fill(path, ref buffer) is not { } length) return false;
            var bytes = buffer.AsSpan(0, length);
            return Ascii.Equals(bytes, text) || (!Ascii.IsValid(text) && string.Equals(Encoding.UTF8.GetString(bytes), text, StringComparison.Ordinal));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads from the beginning of an open file.</summary>
    /// <returns>How many bytes there are, at most as many as the buffer has.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int Read(int file, Span<byte> buffer, string path) =>
        pread(file, buffer, (nuint)buffer.Length, 0) is >= 0 and var length ? (int)length : throw Failed("read", path);

    /// <summary>Writes to an open file, from its beginning.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(int file, ReadOnlySpan<byte> bytes, string path)
    {
        if (pwrite(file, bytes, (nuint)bytes.Length, 0) != bytes.Length) throw Failed("write", path);
    }

    /// <summary>Closes a descriptor.</summary>
    public static void Close(int file) => _ = close(file);

    // How many bytes the file has; null when there is none.
    private static int? Fill(string path, ref byte[] buffer)
    {
        var file = open(path, Sched.O_CLOEXEC);
        if (file < 0) return Marshal.GetLastPInvokeError() is SocketCalls.ENOENT or ENOTDIR ? null : throw Failed("open", path);
        try
        {
            var length = 0;
            while (ReadOn(file, buffer.AsSpan(length), path) is > 0 and var received)
            {
                length += received;
                if (length == buffer.Length) buffer = Doubled(buffer);
            }

            return length;
        }
        finally
        {
            Close(file);
        }
    }

    private static int ReadOn(int file, Span<byte> buffer, string path)
    {
        while (true)
        {
            var received = read(file, buffer, (nuint)buffer.Length);
            if (received >= 0) return (int)received;
            if (Marshal.GetLastPInvokeError() != EINTR) throw Failed("read", path);
        }
    }

    private static byte[] Doubled(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger.AsSpan());
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static IOException Failed(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int file, Span<byte> buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pread(int file, Span<byte> buffer, nuint length, long offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint pwrite(int file, ReadOnlySpan<byte> buffer, nuint length, long offset);

    [LibraryImport("libc")]
    private static partial int close(int file);
}
