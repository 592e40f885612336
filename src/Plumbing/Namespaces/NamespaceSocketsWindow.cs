using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The one thread that ever stands in a foreign namespace, and only for the few calls of <see cref="Pass"/> or <see cref="PassOpening"/>.</summary>
/// <remarks>
/// A thread inherits the namespaces of the thread that started it. The runtime starts threads when it likes (pool workers, timers, its socket engine,
/// the tiering compiler, the background collector); one started from inside a tenant's namespace would stay there, and its later sockets would go out
/// there. So between the two setns calls nothing of the runtime runs: no allocation, no stub that is compiled or counted, no managed socket.
/// </remarks>
internal sealed class NamespaceSocketsWindow : IDisposable
{
    // AT_FDCWD of fcntl.h: the path is absolute.
    private const int AnyDirectory = -100;
    private static readonly Lock Gate = new();
    private readonly BlockingCollection<Visit> _visits = [];
    private readonly Thread _thread;
    private readonly Visit _warm = new(-1, default);

    public NamespaceSocketsWindow()
    {
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { Name = "namespace window", IsBackground = true };
        _thread.Start();
        _warm.Wait();
        if (_warm.Failure is not null) throw new InvalidOperationException("cannot open this thread's own network namespace (is /proc mounted?)", _warm.Failure);
    }

    /// <summary>Creates a socket in the namespace; blocks for some ten microseconds.</summary>
    /// <returns>The descriptor.</returns>
    public int Open(SafeHandle @namespace, SocketKind kind, string namespacePath, string subject) =>
        Make(@namespace, descriptor => new Visit(descriptor, kind), "socket", namespacePath, subject);

    /// <summary>Opens a directory as it looks from inside the namespace; blocks for some ten microseconds.</summary>
    /// <returns>The descriptor, or -1 when there is no such directory.</returns>
    public int OpenDirectory(SafeHandle @namespace, string directory, string namespacePath)
    {
        int[] opened = [-1];
        OpenFiles(@namespace, [(AnyDirectory, directory)], Sched.O_DIRECTORY, opened, namespacePath);
        if (opened[0] >= 0) return opened[0];
        return opened[0] == -SocketCalls.ENOENT ? -1 : throw new NamespaceSocketException("open", namespacePath, -opened[0], directory);
    }

    /// <summary>Opens files as they look from inside the namespace; blocks for some ten microseconds.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="files">Descriptor of a directory, and the path below it.</param>
    /// <param name="flags">Flags of open(2).</param>
    /// <param name="descriptors">Filled with a descriptor for each, or its error number with a minus.</param>
    /// <param name="namespacePath">Path of the namespace, for errors.</param>
    public unsafe void OpenFiles(SafeHandle @namespace, IReadOnlyList<(int Directory, string Path)> files, int flags, int[] descriptors, string namespacePath)
    {
        var parts = stackalloc Opening[files.Count];
        fixed (byte* text = Encoding.UTF8.GetBytes(string.Concat(files.Select(f => f.Path + '\0'))))
        fixed (int* opened = descriptors)
        {
            var path = text;
            for (var i = 0; i < files.Count; i++)
            {
                parts[i] = new Opening { Directory = files[i].Directory, Flags = flags | Sched.O_CLOEXEC, Path = (nint)path };
                path += Encoding.UTF8.GetByteCount(files[i].Path) + 1;
            }

            // What is pinned here stays so until the visit is over: this thread waits for it.
            var openings = new Openings((nint)parts, (nint)opened, files.Count);
            _ = Make(@namespace, descriptor => new Visit(descriptor, default) { Openings = openings }, "open", namespacePath, "files");
        }
    }

    private int Make(SafeHandle @namespace, Func<int, Visit> visitOf, string call, string namespacePath, string subject)
    {
        var held = false;
        @namespace.DangerousAddRef(ref held);
        try
        {
            var visit = visitOf((int)@namespace.DangerousGetHandle());
            _visits.Add(visit);
            visit.Wait();
            if (visit.Failure is not null) throw new InvalidOperationException("the namespace thread ended", visit.Failure);
            if (visit.Errno != 0) throw new NamespaceSocketException(visit.FailedInside ? call : "setns", namespacePath, visit.Errno, subject);
            return visit.Descriptor;
        }
        finally
        {
            if (held) @namespace.DangerousRelease();
        }
    }

    /// <summary>Runs <paramref name="look"/> while no window of this process is open.</summary>
    public static T WhileClosed<T>(Func<T> look)
    {
        lock (Gate) return look();
    }

    public void Dispose()
    {
        _visits.CompleteAdding();
        _thread.Join();
        _visits.Dispose();
    }

    private void Run()
    {
        try
        {
            using var home = Sched.Open("/proc/thread-self/ns/net", Sched.O_CLOEXEC);
            if (home.IsInvalid)
                throw new NamespaceSocketException("open", "/proc/thread-self/ns/net", Marshal.GetLastPInvokeError(), "the way home");
            var back = (int)home.DangerousGetHandle();
            Warm(back);
            _warm.Done();
            foreach (var visit in _visits.GetConsumingEnumerable())
            {
                lock (Gate)
                {
                    visit.Descriptor = visit.Openings is { } openings
                        ? PassOpening(visit.Namespace, back, openings, out visit.Errno)
                        : Pass(visit.Namespace, back, visit.Kind.Family, visit.Kind.Type, visit.Kind.Protocol, out visit.Errno, out visit.FailedInside);
                }

                visit.Done();
            }
        }
        catch (Exception e) when (!_warm.IsDone)
        {
            _warm.Failure = e;
            _warm.Done();
        }
    }

    // Every instruction and every lazily bound call of the window is used once here, where the foreign namespace is home itself.
    private static void Warm(int home)
    {
        foreach (var kind in (ReadOnlySpan<SocketKind>)[SocketKind.Stream(SocketCalls.AF_INET), SocketKind.Stream(SocketCalls.AF_INET6), SocketKind.Routes, SocketKind.Rules, SocketKind.Stream(-1)])
        {
            var descriptor = Pass(home, home, kind.Family, kind.Type, kind.Protocol, out _, out _);
            if (descriptor >= 0) new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        }

        Pass(-1, home, SocketCalls.AF_INET, SocketCalls.SOCK_STREAM, 0, out _, out _);
        WarmOpening(home);
    }

    // Both a file that is there and one that is not.
    private static unsafe void WarmOpening(int home)
    {
        var parts = stackalloc Opening[2];
        var descriptors = stackalloc int[2];
        parts[0] = new Opening { Directory = AnyDirectory, Flags = Sched.O_DIRECTORY | Sched.O_CLOEXEC, Path = UnmanagedPath.Root.Pointer };
        parts[1] = parts[0] with { Path = UnmanagedPath.Nowhere.Pointer };
        foreach (var foreign in (ReadOnlySpan<int>)[home, -1])
        {
            descriptors[0] = -1;
            PassOpening(foreign, home, new Openings((nint)parts, (nint)descriptors, 2), out _);
            if (descriptors[0] >= 0) new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptors[0], ownsHandle: true).Dispose();
        }
    }

    // Fully optimised at its first call, so that it is never counted towards a recompilation (the counter may start the compiler's thread).
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int Pass(int foreign, int home, int family, int type, int protocol, out int errno, out bool failedInside)
    {
        errno = 0;
        failedInside = false;
        if (Sched.SetNs(foreign, Sched.CLONE_NEWNET) != 0)
        {
            errno = *Sched.ErrnoLocation();
            return -1;
        }

        var descriptor = SocketCalls.Create(family, type | SocketCalls.SOCK_CLOEXEC, protocol);
        if (descriptor < 0)
        {
            errno = *Sched.ErrnoLocation();
            failedInside = true;
        }

        // A thread that cannot leave a tenant's network must not go on: whatever it opened next would be in there.
        if (Sched.SetNs(home, Sched.CLONE_NEWNET) != 0) Environment.FailFast("setns could not return to the home network namespace");
        return descriptor;
    }

    // Names below /proc/sys/net are found by who stands in the namespace only. From elsewhere a held directory shows the right files too, but the kernel makes a new entry for them
    // each time and compares with all those before: looks would become dearer and dearer. A file that is open may be read from anywhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int PassOpening(int foreign, int home, Openings openings, out int errno)
    {
        errno = 0;
        var parts = (Opening*)openings.Parts;
        var descriptors = (int*)openings.Descriptors;
        var count = openings.Count;
        if (Sched.SetNs(foreign, Sched.CLONE_NEWNET) != 0)
        {
            errno = *Sched.ErrnoLocation();
            return -1;
        }

        for (var i = 0; i < count; i++)
        {
            descriptors[i] = Sched.OpenAtBare(parts[i].Directory, parts[i].Path, parts[i].Flags);
            if (descriptors[i] < 0) descriptors[i] = -*Sched.ErrnoLocation();
        }

        if (Sched.SetNs(home, Sched.CLONE_NEWNET) != 0) Environment.FailFast("setns could not return to the home network namespace");
        return 0;
    }

    /// <summary>A file that <see cref="PassOpening"/> opens. Fields, for in there nothing is called.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Opening
    {
        public int Directory;
        public int Flags;
        public nint Path;
    }

    /// <summary>Files that <see cref="PassOpening"/> opens, in memory that stands still.</summary>
    /// <param name="Parts">Array of <see cref="Opening"/>.</param>
    /// <param name="Descriptors">Array of as many numbers, which are written.</param>
    /// <param name="Count">How many.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Openings(nint Parts, nint Descriptors, int Count);

    private sealed class Visit(int @namespace, SocketKind kind)
    {
        public readonly int Namespace = @namespace;
        public readonly SocketKind Kind = kind;
        public Openings? Openings;
        public int Descriptor = -1;
        public int Errno;
        public bool FailedInside;
        public Exception? Failure;
        private bool _done;

        public bool IsDone => Volatile.Read(ref _done);

        public void Wait()
        {
            lock (this)
            {
                while (!_done) Monitor.Wait(this);
            }
        }

        public void Done()
        {
            lock (this)
            {
                _done = true;
                Monitor.PulseAll(this);
            }
        }
    }
}

/// <summary>The three arguments of socket(2), without flags.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SocketKind(int Family, int Type, int Protocol)
{
    /// <summary>rtnetlink(7): links and addresses of the namespace.</summary>
    public static SocketKind Routes { get; } = new(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW, Netlink.NETLINK_ROUTE);

    /// <summary>nfnetlink: rules of the namespace.</summary>
    public static SocketKind Rules { get; } = new(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW, Netlink.NETLINK_NETFILTER);

    /// <summary>TCP of an address family.</summary>
    public static SocketKind Stream(int family) => new(family, SocketCalls.SOCK_STREAM, 0);
}
