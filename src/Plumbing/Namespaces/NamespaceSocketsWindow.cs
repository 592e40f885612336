using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The one thread that ever stands in a foreign namespace, and only for the three calls of <see cref="Pass"/> or <see cref="PassOpening"/>.</summary>
/// <remarks>
/// A thread inherits the namespaces of the thread that started it. The runtime starts threads when it likes (pool workers, timers, its socket engine,
/// the tiering compiler, the background collector); one started from inside a tenant's namespace would stay there, and its later sockets would go out
/// there. So between the two setns calls nothing of the runtime runs: no allocation, no stub that is compiled or counted, no managed socket.
/// </remarks>
internal sealed class NamespaceSocketsWindow : IDisposable
{
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
    public int OpenDirectory(SafeHandle @namespace, UnmanagedPath directory, string namespacePath)
    {
        try
        {
            return Make(@namespace, descriptor => new Visit(descriptor, default) { Directory = directory }, "open", namespacePath, directory.ToString());
        }
        catch (NamespaceSocketException e) when (e is { Call: "open", Errno: SocketCalls.ENOENT })
        {
            return -1;
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
                    visit.Descriptor = visit.Directory is { } directory
                        ? PassOpening(visit.Namespace, back, directory.Pointer, out visit.Errno, out visit.FailedInside)
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
        foreach (var directory in (ReadOnlySpan<UnmanagedPath>)[UnmanagedPath.Root, UnmanagedPath.Nowhere])
        {
            var descriptor = PassOpening(home, home, directory.Pointer, out _, out _);
            if (descriptor >= 0) new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        }

        PassOpening(-1, home, UnmanagedPath.Root.Pointer, out _, out _);
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

    // Some directories of /proc/sys show the namespace of whoever opens them, and keep showing it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int PassOpening(int foreign, int home, nint directory, out int errno, out bool failedInside)
    {
        errno = 0;
        failedInside = false;
        if (Sched.SetNs(foreign, Sched.CLONE_NEWNET) != 0)
        {
            errno = *Sched.ErrnoLocation();
            return -1;
        }

        var descriptor = Sched.OpenBare(directory, Sched.O_DIRECTORY | Sched.O_CLOEXEC);
        if (descriptor < 0)
        {
            errno = *Sched.ErrnoLocation();
            failedInside = true;
        }

        if (Sched.SetNs(home, Sched.CLONE_NEWNET) != 0) Environment.FailFast("setns could not return to the home network namespace");
        return descriptor;
    }

    private sealed class Visit(int @namespace, SocketKind kind)
    {
        public readonly int Namespace = @namespace;
        public readonly SocketKind Kind = kind;
        public UnmanagedPath? Directory;
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
