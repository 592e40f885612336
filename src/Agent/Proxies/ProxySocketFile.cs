using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Agent.Proxies;

/// <summary>The file of a listening UNIX socket: put there without harm to anything that lives, removed if it is still ours.</summary>
/// <remarks>
/// The socket is bound in its place, given its mode, and only then listens: until that moment a proxy is refused, as it is by a stale file or by none, so it
/// never meets a socket of the wrong mode. (A bind elsewhere and a rename would do the same, but ss(8) would show the other name for ever.) A lock on the
/// directory keeps a second agent from taking a socket that does not listen yet for a stale one. The framework's own bind is not used, because its sockets
/// delete whatever is at their path when they are closed, also if that is another agent's by then.
/// </remarks>
internal sealed class ProxySocketFile
{
    private const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;
    private readonly string _path;
    private readonly FileIdentity _identity;

    private ProxySocketFile(string path, FileIdentity identity)
    {
        _path = path;
        _identity = identity;
    }

    /// <summary>Makes what directories are missing and the socket in them.</summary>
    /// <returns>The file, and the socket that listens.</returns>
    /// <exception cref="ProxySocketException">Another program listens there, something else than a socket is there, or the system refused.</exception>
    public static (ProxySocketFile File, Socket Socket) Open(ProxySocketOptions options)
    {
        var path = options.Path;
        if (!Path.IsPathRooted(path) || Path.EndsInDirectorySeparator(path)) throw new ProxySocketException($"{path}: a socket's path is absolute and ends in its name");
        if (Encoding.UTF8.GetByteCount(path) >= UnixCalls.MaxPath)
            throw new ProxySocketException($"{path}: a socket's path has at most {UnixCalls.MaxPath - 1} bytes");
        var directory = Path.GetDirectoryName(path)!;
        Create(directory);
        using var turn = TakeTurn(directory, path);
        MakeRoom(path);
        return Listen(options);
    }

    /// <summary>Removes the file, unless another is there by now.</summary>
    public void Remove()
    {
        using var turn = UnixCalls.TryLock(Path.GetDirectoryName(_path)!);
        if (UnixCalls.Look(_path) is not { } there || !there.IsSameFileAs(_identity)) return;
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next agent finds a socket where nobody listens and replaces it.
        }
    }

    // Each by itself, so that the mode is what it says whatever the process's umask is.
    private static void Create(string directory)
    {
        try
        {
            if (Directory.Exists(directory)) return;
            if (Path.GetDirectoryName(directory) is { } parent) Create(parent);
            Directory.CreateDirectory(directory);
            File.SetUnixFileMode(directory, DirectoryMode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProxySocketException($"{directory} cannot be made: {e.Message}", e);
        }
    }

    private static SafeFileHandle TakeTurn(string directory, string path) =>
        UnixCalls.TryLock(directory) ?? throw (Marshal.GetLastPInvokeError() == UnixCalls.EWOULDBLOCK
            ? new ProxySocketException($"{path}: another agent is just starting there")
            : Failure(path));

    private static void MakeRoom(string path)
    {
        if (UnixCalls.Look(path) is not { } there) return;
        if (!there.IsSocket) throw new ProxySocketException($"{path} is there and is no socket: move it away, or set metadata_proxy_socket to another path");
        if (IsServed(path)) throw new ProxySocketException($"{path}: another agent serves it; stop that one first");
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProxySocketException($"{path} is left over from an agent that ended and cannot be replaced: {e.Message}", e);
        }
    }

    // Only a refusal shows that nobody is there. A full queue is a sign of life, and one that may not be asked may be alive.
    private static bool IsServed(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable);
        }
    }

    private static (ProxySocketFile File, Socket Socket) Listen(ProxySocketOptions options)
    {
        var path = options.Path;
        var handle = UnixCalls.NewSocket();
        ProxySocketFile? file = null;
        try
        {
            if (handle.IsInvalid || UnixCalls.Bind(handle, path) != 0) throw Failure(path);
            file = new ProxySocketFile(path, UnixCalls.Look(path) ?? throw Failure(path));
            File.SetUnixFileMode(path, ProxySocketModes.Of(options));
            if (UnixCalls.Listen(handle, options.Backlog) != 0) throw Failure(path);
            return (file, new Socket(handle));
        }
        catch (Exception e)
        {
            handle.Dispose();
            if (file is not null) File.Delete(path);
            if (e is IOException and not ProxySocketException or UnauthorizedAccessException) throw new ProxySocketException($"{path}: {e.Message}", e);
            throw;
        }
    }

    private static ProxySocketException Failure(string path) => new($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
}
