using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The one thread that ever stands in a foreign namespace, and only for the three calls of <see cref="Pass"/>.</summary>
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
    public int Open(SafeHandle @namespace, SocketKind kind, string namespacePath, string subject)
    {
        var held = false;
        @namespace.DangerousAddRef(ref held);
        try
        {
            var visit = new Visit((int)@namespace.DangerousGetHandle(), kind);
            _visits.Add(visit);
            visit.Wait();
            if (visit.Failure is not null) throw new InvalidOperationException("the namespace thread ended", visit.Failure);
            if (visit.Errno != 0) throw new NamespaceSocketException(visit.FailedInSocket ? "socket" : "setns", namespacePath, visit.Errno, subject);
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
                lock (Gate) visit.Descriptor = Pass(visit.Namespace, back, visit.Kind.Family, visit.Kind.Type, visit.Kind.Protocol, out visit.Errno, out visit.FailedInSocket);
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
        foreach (var kind in (ReadOnlySpan<SocketKind>)[SocketKind.Stream(SocketCalls.AF_INET), SocketKind.Stream(SocketCalls.AF_INET6), SocketKind.Routes, SocketKind.Stream(-1)])
        {
            var descriptor = Pass(home, home, kind.Family, kind.Type, kind.Protocol, out _, out _);
            if (descriptor >= 0) new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        }

        Pass(-1, home, SocketCalls.AF_INET, SocketCalls.SOCK_STREAM, 0, out _, out _);
    }

    // Fully optimised at its first call, so that it is never counted towards a recompilation (the counter may start the compiler's thread).
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe int Pass(int foreign, int home, int family, int type, int protocol, out int errno, out bool failedInSocket)
    {
        errno = 0;
        failedInSocket = false;
        if (Sched.SetNs(foreign, Sched.CLONE_NEWNET) != 0)
        {
            errno = *Sched.ErrnoLocation();
            return -1;
        }

        var descriptor = SocketCalls.Create(family, type | SocketCalls.SOCK_CLOEXEC, protocol);
        if (descriptor < 0)
        {
            errno = *Sched.ErrnoLocation();
            failedInSocket = true;
        }

        // A thread that cannot leave a tenant's network must not go on: whatever it opened next would be in there.
        if (Sched.SetNs(home, Sched.CLONE_NEWNET) != 0) Environment.FailFast("setns could not return to the home network namespace");
        return descriptor;
    }

    private sealed class Visit(int @namespace, SocketKind kind)
    {
        public readonly int Namespace = @namespace;
        public readonly SocketKind Kind = kind;
        public int Descriptor = -1;
        public int Errno;
        public bool FailedInSocket;
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
    public static SocketKind Routes { get; } = new(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW, SocketCalls.NETLINK_ROUTE);

    /// <summary>TCP of an address family.</summary>
    public static SocketKind Stream(int family) => new(family, SocketCalls.SOCK_STREAM, 0);
}
