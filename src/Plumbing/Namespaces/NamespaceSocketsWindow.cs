using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The one thread that ever stands in a foreign namespace, and only for the few calls of <see cref="Pass"/>.</summary>
/// <remarks>
/// A thread inherits the namespaces of the thread that started it. The runtime starts threads when it likes (pool workers, timers, its socket engine,
/// the tiering compiler, the background collector); one started from inside a tenant's namespace would stay there, and its later sockets would go out
/// there. So between the two setns calls nothing of the runtime runs: no allocation, no stub that is compiled or counted, no managed socket.
/// </remarks>
internal sealed class NamespaceSocketsWindow : IDisposable
{
    private static readonly Lock Gate = new();

    // One question at a time, handed over by descriptors: a monitor takes ten system calls to what takes four so, and spins before it sleeps, which takes the time from the thread it waits for.
    private readonly Lock _turn = new();
    private readonly SafeFileHandle _asked = WakeDescriptor.Create();
    private readonly SafeFileHandle _answered = WakeDescriptor.Create();
    private readonly Thread _thread;
    private (int Namespace, Openings Openings) _question;
    private int _errno;
    private Exception? _failure;
    private bool _ending;

    public NamespaceSocketsWindow()
    {
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { Name = "namespace window", IsBackground = true };
        _thread.Start();
        WakeDescriptor.Wait(_answered);
        if (_failure is null) return;
        Dispose();
        throw new InvalidOperationException("cannot open this thread's own network namespace (is /proc mounted?)", _failure);
    }

    /// <summary>Opens everything of a visit as it looks from inside the namespace; blocks for some ten microseconds.</summary>
    /// <param name="namespace">The namespace.</param>
    /// <param name="visit">What is opened.</param>
    /// <param name="namespacePath">Path of the namespace, for errors.</param>
    /// <param name="subject">What it is for, for errors.</param>
    /// <exception cref="NamespaceSocketException">The namespace cannot be entered.</exception>
    public void Open(SafeHandle @namespace, NamespaceVisit visit, string namespacePath, string subject)
    {
        var held = false;
        @namespace.DangerousAddRef(ref held);
        try
        {
            var descriptor = (int)@namespace.DangerousGetHandle();
            var errno = 0;
            visit.Make(openings => errno = Enter(descriptor, openings), namespacePath);
            if (errno != 0) throw new NamespaceSocketException("setns", namespacePath, errno, subject);
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
        lock (_turn)
        {
            if (_ending) return;
            _ending = true;
            WakeDescriptor.Signal(_asked);
        }

        _thread.Join();
        _asked.Dispose();
        _answered.Dispose();
    }

    private int Enter(int foreign, Openings openings)
    {
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_ending, this);
            _question = (foreign, openings);
            WakeDescriptor.Signal(_asked);
            WakeDescriptor.Wait(_answered);
            return _errno;
        }
    }

    private void Run()
    {
        var isWarm = false;
        try
        {
            using var home = Sched.Open("/proc/thread-self/ns/net", Sched.O_CLOEXEC);
            if (home.IsInvalid)
                throw new NamespaceSocketException("open", "/proc/thread-self/ns/net", Marshal.GetLastPInvokeError(), "the way home");
            var back = (int)home.DangerousGetHandle();
            using var proc = Sched.Open("/proc", Sched.O_DIRECTORY | Sched.O_CLOEXEC);
            if (proc.IsInvalid) throw new NamespaceSocketException("open", "/proc", Marshal.GetLastPInvokeError(), "something to open");
            Warm(back, proc);
            isWarm = true;
            while (true)
            {
                WakeDescriptor.Signal(_answered);
                WakeDescriptor.Wait(_asked);
                if (_ending) return;
                lock (Gate) Pass(_question.Namespace, back, _question.Openings, out _errno);
            }
        }
        catch (Exception e) when (!isWarm)
        {
            _failure = e;
            WakeDescriptor.Signal(_answered);
        }
    }

    // Every instruction and every lazily bound call of the window is used once here, where the foreign namespace is home itself: sockets that are made and one
    // that is not, files that are there and one that is not, a file below one that was opened before and below one that was not; and no namespace at all.
    private static void Warm(int home, SafeFileHandle proc)
    {
        foreach (var foreign in (ReadOnlySpan<int>)[home, -1])
        {
            using var visit = new NamespaceVisit();
            foreach (var kind in (ReadOnlySpan<SocketKind>)[SocketKind.Stream(SocketCalls.AF_INET), SocketKind.Stream(SocketCalls.AF_INET6), SocketKind.Routes, SocketKind.Rules, SocketKind.Stream(-1)])
                visit.Socket(kind, "");
            foreach (var path in (ReadOnlySpan<string>)["self", "self/nowhere"]) visit.File(visit.Directory(proc, path), "nowhere");
            visit.Make(openings => Pass(foreign, home, openings, out _), "");
        }
    }

    // Fully optimised at its first call, so that it is never counted towards a recompilation (the counter may start the compiler's thread).
    // Names below /proc/sys/net are found by who stands in the namespace only. From elsewhere a held directory shows the right files too, but the kernel makes a new entry for them
    // each time and compares with all those before: looks would become dearer and dearer. A file that is open may be read from anywhere.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe void Pass(int foreign, int home, Openings openings, out int errno)
    {
        errno = 0;
        var parts = (Opening*)openings.Parts;
        var text = openings.Text;
        var descriptors = (int*)openings.Descriptors;
        var count = openings.Count;
        if (Sched.SetNs(foreign, Sched.CLONE_NEWNET) != 0)
        {
            errno = *Sched.ErrnoLocation();
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var place = parts[i].Place;
            if (place <= Opening.FirstEarlier)
            {
                place = descriptors[Opening.FirstEarlier - place];
                if (place < 0)
                {
                    descriptors[i] = place;
                    continue;
                }
            }

            descriptors[i] = parts[i].Path == Opening.NoPath
                ? SocketCalls.Create(place, parts[i].Flags, parts[i].Protocol)
                : Sched.OpenAtBare(place, text + parts[i].Path, parts[i].Flags);
            if (descriptors[i] < 0) descriptors[i] = -*Sched.ErrnoLocation();
        }

        // A thread that cannot leave a tenant's network must not go on: whatever it opened next would be in there.
        if (Sched.SetNs(home, Sched.CLONE_NEWNET) != 0) Environment.FailFast("setns could not return to the home network namespace");
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
