using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Instances of procfs of our own to find the settings of namespaces in, each for a few. Thread-safe.</summary>
/// <remarks>
/// Every namespace of the machine that anybody looked at has an <c>ipv4</c> and an <c>ipv6</c> in /proc/sys/net, in one chain of the kernel's table of names, which is compared with
/// entry by entry at each walk: the first walks to the settings of 1,000 namespaces cost half a second there, and several times that beside other such programs. An instance that only
/// a few namespaces are looked at in has chains of a few entries.
/// </remarks>
internal sealed class SettingsTrees : IDisposable
{
    /// <summary>Namespaces to an instance.</summary>
    internal const int Room = 32;

    private readonly Lock _lock = new();
    private readonly List<Tree> _trees = [];
    private readonly Func<SafeFileHandle?> _mount;

    /// <param name="mount">Mounts an instance; null where that cannot be. Default: the kernel does.</param>
    public SettingsTrees(Func<SafeFileHandle?>? mount = null) => _mount = mount ?? (() => MountCalls.TryMount("proc"));

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _trees.Count;
        }
    }

    /// <summary>The instance that one more namespace is looked at in, until that is given back. Where there can be none, the machine's own.</summary>
    /// <exception cref="IOException">There is no /proc.</exception>
    public Tree Take()
    {
        lock (_lock)
        {
            if (_trees.Find(t => t.Namespaces < Room) is not { } tree) _trees.Add(tree = new Tree(_mount() ?? Shared()));
            tree.Namespaces++;
            return tree;
        }
    }

    /// <summary>The namespace is gone.</summary>
    public void GiveBack(Tree tree)
    {
        lock (_lock)
        {
            if (--tree.Namespaces > 0) return;
            _trees.Remove(tree);
            tree.Root.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var tree in _trees) tree.Root.Dispose();
            _trees.Clear();
        }
    }

    private static SafeFileHandle Shared()
    {
        var root = Sched.Open("/proc", Sched.O_DIRECTORY | Sched.O_CLOEXEC);
        return root.IsInvalid ? throw new IOException($"opening /proc: {Marshal.GetLastPInvokeErrorMessage()}") : root;
    }

    /// <summary>One of them.</summary>
    /// <param name="root">Its root, where /proc would be.</param>
    public sealed class Tree(SafeFileHandle root)
    {
        public SafeFileHandle Root => root;

        /// <summary>How many namespaces are looked at in it; guarded by the lock of its owner.</summary>
        internal int Namespaces { get; set; }
    }
}
