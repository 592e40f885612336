using System.Collections.Concurrent;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Processes;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Reads and writes kernel settings of namespaces through /proc/sys/net, without a program. Thread-safe, but for one namespace at the same time.</summary>
/// <remarks>
/// The directories of each namespace are held, so that a walk to them is made once (what it costs, and how that is kept low, see <see cref="SettingsTrees"/>).
/// A held directory keeps no namespace alive, and is empty when that is gone. The kernel gives the number of a namespace that is gone to the next one, so that what is held may be
/// of another than it says: where nothing is found, it is let go of and looked for again.
/// </remarks>
internal sealed class NamespaceSysctl(NamespaceSockets sockets, Hand hand) : IDisposable
{
    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly SettingsTrees _trees = new();

    /// <summary>Makes settings right, and opens a socket that answers for the namespace's devices: one visit for all. Settings this kernel or namespace does not have
    /// (no IPv6, a device that is not there) are passed over.</summary>
    /// <param name="networkNamespace">Name below /run/netns.</param>
    /// <param name="identity">Kernel identity of the namespace that has the name now.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="changes">Told of what was changed, a line each.</param>
    /// <exception cref="IOException">The namespace cannot be entered, or a setting cannot be opened, read or written.</exception>
    public NetlinkSocket Enter(string networkNamespace, string identity, IReadOnlyList<NamespaceSetting> settings, ICollection<string> changes)
    {
        if (TryEnter(networkNamespace, identity, settings, changes) is { } routes) return routes;
        Forget(networkNamespace);
        return TryEnter(networkNamespace, identity, settings, changes) ?? throw new IOException($"the settings of {networkNamespace} are those of a namespace that is gone");
    }

    /// <summary>Lets go of a namespace that is gone.</summary>
    public void Forget(string networkNamespace)
    {
        if (_held.TryRemove(networkNamespace, out var known)) Drop(known);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in _held.Values) Drop(held);
        _trees.Dispose();
    }

    // Null where the directories that are held are those of a namespace that is gone.
    private NetlinkSocket? TryEnter(string networkNamespace, string identity, IReadOnlyList<NamespaceSetting> settings, ICollection<string> changes)
    {
        var path = NamespaceList.PathOf(networkNamespace);
        var held = HeldOf(networkNamespace, identity);
        using var visit = new NamespaceVisit();
        var routes = visit.Socket(SocketKind.Routes, "its devices");
        var opening = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            if (!held.Directories.ContainsKey(setting.Family) && !opening.ContainsKey(setting.Family)) opening[setting.Family] = visit.Directory(held.Tree.Root, Path.GetRelativePath("/proc", setting.Family));
        }

        var files = new int[settings.Count];
        for (var i = 0; i < files.Length; i++) files[i] = File(settings[i]);
        sockets.Visit(path, visit);
        foreach (var (family, number) in opening) held.Directories[family] = visit.Take(number);
        if (opening.Count == 0 && files.Any(f => f >= 0) && files.All(f => f < 0 || visit.Descriptor(f) is null)) return null;
        for (var i = 0; i < files.Length; i++)
        {
            var setting = settings[i];
            if (files[i] >= 0 && visit.Descriptor(files[i]) is { } file && SettingsDirectory.Ensure(file, hand, setting.Name, setting.Value))
                changes.Add($"{networkNamespace}: {setting.Family}/{setting.Name}={setting.Value}");
        }

        return new NetlinkSocket(new SafeFileHandle(visit.TakeSocket(routes), ownsHandle: true), path);

        int File(NamespaceSetting setting) => opening.TryGetValue(setting.Family, out var number) ? visit.File(number, setting.Name)
            : held.Directories[setting.Family] is { } directory ? visit.File(directory, setting.Name) : -1;
    }

    // Another namespace that takes the name between the look at its identity and the visit is found out at the next look.
    private Held HeldOf(string networkNamespace, string identity)
    {
        if (_held.TryGetValue(networkNamespace, out var known))
        {
            if (string.Equals(known.Identity, identity, StringComparison.Ordinal)) return known;
            Drop(known);
        }

        return _held[networkNamespace] = new Held(identity, _trees.Take());
    }

    private void Drop(Held held)
    {
        foreach (var directory in held.Directories.Values) directory?.Dispose();
        _trees.GiveBack(held.Tree);
    }

    // Directories by the path of their family; null where there is none.
    private sealed record Held(string Identity, SettingsTrees.Tree Tree)
    {
        public Dictionary<string, SafeFileHandle?> Directories { get; } = new(2, StringComparer.Ordinal);
    }
}
