using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>A POSIX semaphore (sem_overview(7)): one thread sleeps until another wakes it.</summary>
/// <remarks>
/// A monitor or an event wakes the sleeper while its lock is still held, and on a busy processor the sleeper runs at once only to sleep again on that lock.
/// This one has no lock.
/// </remarks>
internal sealed unsafe partial class ThreadSignal : SafeHandle
{
    // sizeof(sem_t) of glibc on x86_64.
    private const nuint SemaphoreBytes = 32;
    private const int EINTR = 4;

    public ThreadSignal()
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.AllocZeroed(SemaphoreBytes));
        if (sem_init(handle, 0, 0) != 0) throw new InvalidOperationException($"sem_init: errno {Marshal.GetLastPInvokeError()}");
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Wakes the sleeper, or keeps its next sleep from beginning.</summary>
    public void Set() => _ = sem_post(this);

    /// <summary>Sleeps until <see cref="Set"/> was called once more than this.</summary>
    public void Wait()
    {
        while (sem_wait(this) != 0)
        {
            if (Marshal.GetLastPInvokeError() != EINTR) throw new InvalidOperationException($"sem_wait: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = sem_destroy(handle);
        NativeMemory.Free((void*)handle);
        return true;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sem_init(nint semaphore, int shared, uint value);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sem_post(ThreadSignal semaphore);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sem_wait(ThreadSignal semaphore);

    [LibraryImport("libc")]
    private static partial int sem_destroy(nint semaphore);
}
